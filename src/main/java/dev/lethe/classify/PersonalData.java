package dev.lethe.classify;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Recognises what may point at a person inside one segment of a path, one label of a host or one campaign value. Stateless; one
 * pass over the text per rule and no regular expression, so that the time is linear in the length whatever an attacker sends.
 *
 * <p>Numbers of up to five digits stay (years, postcodes, short ids of products and articles), longer ones go: customer numbers,
 * telephone numbers and dates of birth begin at six. Dates from 2010 on stay, earlier ones go: nobody born in 2010 can yet
 * consent alone, while whoever can was born before.
 */
final class PersonalData {

    /** What stands in the place of anything personal. */
    static final String REDACTED = ":x";

    static final int LONGEST_NUMBER = 5;
    private static final int LONGEST_SEGMENT_BYTES = 200;
    private static final int FIRST_YEAR_KEPT = 2010;

    /** Names of personal fields: their value, the next segment or the text behind a colon, goes whatever it looks like. */
    private static final Set<String> FIELDS = Set.of(
            "mailto",
            "courriel",
            "msisdn",
            "firstname",
            "first-name",
            "first_name",
            "lastname",
            "last-name",
            "last_name",
            "surname",
            "fullname",
            "full-name",
            "full_name",
            "prenom",
            "nom",
            "username",
            "user-name",
            "user_name",
            "login_hint",
            "birthdate",
            "birth-date",
            "dob",
            "date-of-birth",
            "date-de-naissance",
            "naissance",
            "ssn",
            "nir",
            "nin",
            "nino",
            "bsn",
            "pesel",
            "dni",
            "rpps",
            "adeli",
            "finess",
            "matricule",
            "passwd",
            "pwd",
            "jsessionid",
            "phpsessid",
            "sessionid",
            "session-id",
            "session_id",
            "sid",
            "access_token",
            "access-token",
            "id_token",
            "refresh_token",
            "api_key",
            "uid",
            "userid",
            "user-id",
            "user_id",
            "visitorid",
            "visitor-id",
            "clientid",
            "client-id",
            "client_id",
            "customerid",
            "customer-id",
            "customer_id",
            "patientid",
            "patient-id",
            "patient_id");

    /** Names of personal fields that also name ordinary pages: the next segment goes when it looks like a value. */
    private static final Set<String> FIELDS_AND_PAGES = Set.of(
            "email",
            "e-mail",
            "mail",
            "phone",
            "tel",
            "telephone",
            "mobile",
            "fax",
            "birthday",
            "siret",
            "siren",
            "iban",
            "rib",
            "bic",
            "lat",
            "lon",
            "lng",
            "latitude",
            "longitude",
            "card-number",
            "passport",
            "passeport",
            "ip",
            "password",
            "api-key",
            "apikey",
            "uuid",
            "guid");

    /** Words that are followed by who it is, unless by one of {@link #PAGES}. */
    private static final Set<String> INDIVIDUALS = Set.of(
            "user",
            "users",
            "u",
            "profile",
            "profiles",
            "profil",
            "profils",
            "patient",
            "patients",
            "employee",
            "employees",
            "salarie",
            "salaries",
            "candidate",
            "candidates",
            "candidat",
            "candidats",
            "person",
            "persons",
            "personne",
            "utilisateur",
            "utilisateurs",
            "usuario",
            "usuarios",
            "benutzer",
            "student",
            "students",
            "eleve",
            "eleves");

    /** Words that are followed by who it is when that is a number or a name joined by a dot. */
    private static final Set<String> PERSONS = Set.of(
            "member",
            "members",
            "membre",
            "membres",
            "account",
            "accounts",
            "compte",
            "comptes",
            "customer",
            "customers",
            "client",
            "clients",
            "contact",
            "contacts",
            "doctor",
            "doctors",
            "subscriber",
            "subscribers",
            "abonne",
            "adherent",
            "adherents",
            "guest",
            "guests",
            "id");

    /** First words of pages below a person's address that are the same for everybody. */
    private static final Set<String> PAGES = Set.of(
            "about",
            "account",
            "activity",
            "add",
            "address",
            "addresses",
            "admin",
            "all",
            "api",
            "avatar",
            "billing",
            "change",
            "compte",
            "connexion",
            "create",
            "creer",
            "dashboard",
            "data",
            "delete",
            "donnees",
            "edit",
            "email",
            "export",
            "faq",
            "favorites",
            "favourites",
            "forgot",
            "forgotten",
            "friends",
            "group",
            "groups",
            "guide",
            "help",
            "history",
            "home",
            "import",
            "index",
            "inscription",
            "invite",
            "job",
            "jobs",
            "list",
            "log",
            "login",
            "logout",
            "manage",
            "me",
            "messages",
            "mes",
            "mon",
            "my",
            "new",
            "notification",
            "notifications",
            "order",
            "orders",
            "overview",
            "parametres",
            "password",
            "payment",
            "payments",
            "permissions",
            "personal",
            "portal",
            "preferences",
            "privacy",
            "profile",
            "profil",
            "public",
            "recover",
            "register",
            "registration",
            "reset",
            "resources",
            "roles",
            "search",
            "security",
            "services",
            "session",
            "sessions",
            "settings",
            "share",
            "sign",
            "signin",
            "signout",
            "signup",
            "stories",
            "subscription",
            "subscriptions",
            "success",
            "support",
            "team",
            "teams",
            "terms",
            "update",
            "verify",
            "view",
            "welcome",
            "wishlist");

    /** Words that are followed by a secret; what follows goes when it holds a digit or a capital. */
    private static final Set<String> SECRETS = Set.of(
            "token",
            "reset",
            "reset-password",
            "password-reset",
            "resetpassword",
            "passwordreset",
            "forgot-password",
            "mot-de-passe",
            "verify",
            "verification",
            "verify-email",
            "confirm",
            "confirmation",
            "confirm-email",
            "activate",
            "activation",
            "invite",
            "invites",
            "invitation",
            "invitations",
            "unsubscribe",
            "desinscription",
            "magic",
            "magic-link",
            "magiclink",
            "session",
            "sessions",
            "sso",
            "otp",
            "share",
            "shared",
            "partage",
            "auth",
            "callback",
            "oauth",
            "signin-link",
            "login-link",
            "onetime",
            "one-time",
            "secret",
            "key",
            "keys",
            "code",
            "t",
            "s",
            "track",
            "tracking",
            "order",
            "orders",
            "commande",
            "commandes",
            "invoice",
            "invoices",
            "facture",
            "factures",
            "booking",
            "bookings",
            "reservation",
            "reservations",
            "ticket",
            "tickets",
            "case",
            "cases",
            "dossier",
            "dossiers",
            "claim",
            "claims",
            "policy-number",
            "prescription",
            "ordonnance");

    /** Endings of four and more letters that follow one dot in addresses of pages. */
    private static final Set<String> FILES = Set.of(
            "html",
            "xhtml",
            "shtml",
            "phtml",
            "dhtml",
            "aspx",
            "ashx",
            "asmx",
            "json",
            "jsonld",
            "java",
            "scala",
            "swift",
            "rust",
            "yaml",
            "toml",
            "conf",
            "docx",
            "xlsx",
            "pptx",
            "jpeg",
            "webp",
            "avif",
            "tiff",
            "webm",
            "woff",
            "mpeg",
            "flac",
            "epub",
            "mobi",
            "action",
            "info",
            "shop",
            "store",
            "online",
            "cloud",
            "agency",
            "paris",
            "page",
            "markdown",
            "adoc",
            "properties",
            "gradle",
            "lock",
            "sqlite",
            "parquet",
            "ipynb",
            "torrent",
            "webmanifest",
            "manifest");

    /** First words of dotted names of program modules. */
    private static final Set<String> MODULES = Set.of(
            "java",
            "javax",
            "jdk",
            "system",
            "microsoft",
            "django",
            "numpy",
            "scipy",
            "torch",
            "tensorflow",
            "spring",
            "react",
            "std",
            "core",
            "asyncio",
            "collections",
            "urllib",
            "http",
            "xml",
            "email",
            "concurrent",
            "importlib",
            "config");

    /** Mail providers, to recognise addresses written out as {@code name-at-provider}. */
    private static final Set<String> MAIL_PROVIDERS = Set.of(
            "gmail",
            "googlemail",
            "yahoo",
            "hotmail",
            "outlook",
            "live",
            "msn",
            "icloud",
            "aol",
            "gmx",
            "web",
            "orange",
            "wanadoo",
            "free",
            "sfr",
            "laposte",
            "proton",
            "protonmail",
            "posteo",
            "mailbox",
            "libero",
            "yandex");

    /**
     * The pairs of letters that are common in European languages, by first letter: the 330 commonest of 676 in 28 languages'
     * names of countries, languages and currencies (Unicode CLDR) and in English prose cover 97.7 % of those texts, and half
     * of random letters.
     */
    private static final String[] COMMON_PAIRS = {
        "abcdefghijklmnoprstuvwyz",
        "acehiloruw",
        "acefhikortu",
        "aeijnorsuyz",
        "abcdeghijklmnoprstuvwxyz",
        "aegioru",
        "aehikloruv",
        "aeimorstu",
        "abcdeghijklmnopqrstuvyz",
        "aeiosu",
        "aehiklmorstuwy",
        "abdegiklostuvy",
        "abcehiopsuy",
        "abcdeghijklmnostuvyz",
        "abcdefgijklmnoprstuvwz",
        "aeilortu",
        "u",
        "abcdegiklmnorstuvwy",
        "acehijklnoprstuvwyz",
        "acehilnorstuvy",
        "abcdegijklmnprstuvyz",
        "adeilosy",
        "aeios",
        "bei",
        "aceimnorsu",
        "abeiosu"
    };

    private PersonalData() {}

    /** The text, or the text with {@link #REDACTED} in place of a number or hash that ends a slug, or {@link #REDACTED}. */
    static String redact(String text) {
        if (text.equals(REDACTED)) {
            return text;
        }
        return isPersonal(text) ? REDACTED : withoutIdentifiers(text);
    }

    /** As {@link #redact(String)}, knowing the segment before. */
    static String redact(String text, String before) {
        return isValueOf(before.toLowerCase(Locale.ROOT), text) ? REDACTED : redact(text);
    }

    private static boolean isPersonal(String text) {
        return text.indexOf('@') >= 0
                || text.indexOf('=') >= 0
                || text.startsWith("~")
                || text.length() > LONGEST_SEGMENT_BYTES
                || text.getBytes(StandardCharsets.UTF_8).length > LONGEST_SEGMENT_BYTES
                || hasEscape(text)
                || isNamedValue(text)
                || isSpelledOutMailAddress(text)
                || isFullName(text)
                || hasKnownShape(text)
                || isNetworkAddress(text)
                || hasUuid(text)
                || hasPersonalNumber(text)
                || hasToken(text)
                || isBase64Url(text);
    }

    /** Three times percent-encoded: no address that a person was meant to read. */
    private static boolean hasEscape(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (i + 2 < text.length() && isHex(text.charAt(i + 1)) && isHex(text.charAt(i + 2))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamedValue(String text) {
        int colon = text.indexOf(':');
        if (colon <= 0 || colon == text.length() - 1) {
            return false;
        }
        String name = text.substring(0, colon).toLowerCase(Locale.ROOT);
        String value = text.substring(colon + 1);
        return !value.equals("x") && (FIELDS_AND_PAGES.contains(name) || isValueOf(name, value));
    }

    private static boolean isValueOf(String name, String text) {
        return FIELDS.contains(name)
                || (INDIVIDUALS.contains(name) && !PAGES.contains(firstWord(text)))
                || (PERSONS.contains(name) && looksLikeSomebody(text))
                || (SECRETS.contains(name) && hasDigitOrCapital(text))
                || (FIELDS_AND_PAGES.contains(name) && (looksLikeSomebody(text) || hasDigitOrCapital(text)));
    }

    private static boolean isSpelledOutMailAddress(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.contains("(at)") || lower.contains("[at]") || lower.contains("{at}")) {
            return true;
        }
        String[] words = lower.split("[-_. +]", 16);
        for (int i = 1; i + 1 < words.length; i++) {
            if (words[i].equals("at") && MAIL_PROVIDERS.contains(words[i + 1])) {
                return true;
            }
        }
        return false;
    }

    /** {@code first.last}, as accounts are named; not a file, a host or a module. */
    private static boolean isFullName(String text) {
        int dot = text.indexOf('.');
        if (dot < 2 || text.length() - dot < 5) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (i != dot && !isLetter(text.charAt(i)) && text.charAt(i) < 128) {
                return false;
            }
        }
        return !FILES.contains(text.substring(dot + 1).toLowerCase(Locale.ROOT))
                && !MODULES.contains(text.substring(0, dot).toLowerCase(Locale.ROOT));
    }

    /** Number plates of France and Italy, and the British national insurance number in its groups. */
    private static boolean hasKnownShape(String text) {
        return hasShape(text, 0, text.length(), "AA-999-AA")
                || hasShape(text, 0, text.length(), "AA 999 AA")
                || hasShape(text, 0, text.length(), "AA-99-99-99-A")
                || hasShape(text, 0, text.length(), "AA 99 99 99 A");
    }

    /** @param shape A for a capital, 9 for a digit, anything else for itself */
    private static boolean hasShape(String text, int start, int end, String shape) {
        if (end - start != shape.length()) {
            return false;
        }
        for (int i = 0; i < shape.length(); i++) {
            char c = text.charAt(start + i);
            boolean fits = switch (shape.charAt(i)) {
                case 'A' -> isUpper(c);
                case '9' -> isDigit(c);
                default -> c == shape.charAt(i);
            };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** IPv4, IPv6 (a zone may follow) or the address of a network card. */
    private static boolean isNetworkAddress(String whole) {
        int zone = whole.indexOf('%');
        String text = zone < 0 ? whole : whole.substring(0, zone);
        int colons = 0;
        int dots = 0;
        int hyphens = 0;
        boolean hex = true;
        boolean digits = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case ':' -> colons++;
                case '.' -> dots++;
                case '-' -> hyphens++;
                default -> {
                    hex &= isHex(c);
                    digits &= isDigit(c);
                }
            }
        }
        return (colons >= 2 && hex)
                || (dots == 3 && colons <= 1 && hyphens == 0 && digits && text.length() >= 7)
                || (hyphens == 5 && dots + colons == 0 && hex && text.length() == 17);
    }

    private static boolean hasUuid(String text) {
        for (int first = text.indexOf('-'); first >= 0; first = text.indexOf('-', first + 1)) {
            if (first >= 8
                    && first + 28 <= text.length()
                    && allHex(text, first - 8, 8)
                    && text.charAt(first + 5) == '-'
                    && text.charAt(first + 10) == '-'
                    && text.charAt(first + 15) == '-'
                    && allHex(text, first + 1, 4)
                    && allHex(text, first + 6, 4)
                    && allHex(text, first + 11, 4)
                    && allHex(text, first + 16, 12)) {
                return true;
            }
        }
        return false;
    }

    /** Telephone, card, bank, identity and social-security numbers written in groups, coordinates, and dates of birth. */
    private static boolean hasPersonalNumber(String text) {
        int i = 0;
        while (i < text.length()) {
            if (!isDigit(text.charAt(i)) || (i > 0 && isLetter(text.charAt(i - 1)))) {
                i++;
                continue;
            }
            boolean international = (i > 0 && text.charAt(i - 1) == '+') || text.startsWith("00", i);
            List<String> groups = new ArrayList<>();
            int next = i;
            while (next >= 0) {
                int end = next;
                while (end < text.length() && isDigit(text.charAt(end))) {
                    end++;
                }
                groups.add(text.substring(next, end));
                i = end;
                next = nextGroup(text, end);
            }
            if (isPersonalNumber(groups, international)) {
                return true;
            }
        }
        return false;
    }

    /** Where the next group of the same number begins, or -1; a group may end in one letter, as some identity numbers do. */
    private static int nextGroup(String text, int end) {
        int at = end;
        if (at < text.length() && isLetter(text.charAt(at))) {
            at++;
        }
        int separator = at;
        while (at < text.length() && at - separator < 3 && " -._(),+:".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at > separator && at < text.length() && isDigit(text.charAt(at)) ? at : -1;
    }

    /** @param groups the digits of one number, as they were separated */
    static boolean isPersonalNumber(List<String> groups, boolean international) {
        int skip = 0;
        if (groups.size() >= 3) {
            int year = yearOfDate(groups);
            if (year >= FIRST_YEAR_KEPT) {
                skip = 3;
            } else if (year > 0) {
                return true;
            }
        }
        if (skip == 0 && isKeptYear(groups.getFirst())) {
            skip = groups.size() > 1 && isKeptYear(groups.get(1)) ? 2 : 1;
        }
        int total = 0;
        boolean pairs = true;
        for (String group : groups.subList(skip, groups.size())) {
            total += group.length();
            pairs &= group.length() == 2;
        }
        return total >= 9 || (international && total >= 7) || (pairs && total >= 8);
    }

    /** The year when the first three groups are a date in the order of most of the world or of ISO 8601, else 0. */
    private static int yearOfDate(List<String> groups) {
        String first = groups.get(0);
        String last = groups.get(2);
        boolean iso = first.length() == 4 && last.length() <= 2;
        boolean daysFirst = last.length() == 4 && first.length() <= 2;
        if ((!iso && !daysFirst) || groups.get(1).length() > 2) {
            return 0;
        }
        int year = Integer.parseInt(iso ? first : last);
        int a = Integer.parseInt(groups.get(1));
        int b = Integer.parseInt(iso ? last : first);
        boolean date = (isMonth(a) && isDay(b)) || (daysFirst && isMonth(b) && isDay(a));
        return date && year >= 1900 && year <= 2099 ? year : 0;
    }

    /** Words that were drawn at random: keys, sessions, hashes inside words, identity numbers that mix letters in. */
    private static boolean hasToken(String text) {
        int start = 0;
        int mixed = 0;
        while (start < text.length()) {
            int end = start;
            while (end < text.length() && isAlphanumeric(text.charAt(end))) {
                end++;
            }
            mixed += end - start >= 3 && mixesLettersAndDigits(text, start, end) ? 1 : 0;
            if (mixed >= 3) {
                return true; // a code in groups
            }
            if (end - start >= 8 && isToken(text, start, end) && !isHash(text, start, end)) {
                return true;
            }
            start = Math.max(end, start + 1);
        }
        return false;
    }

    private static boolean mixesLettersAndDigits(String text, int start, int end) {
        int digits = 0;
        for (int i = start; i < end; i++) {
            digits += isDigit(text.charAt(i)) ? 1 : 0;
        }
        return digits > 0 && digits < end - start;
    }

    private static boolean isToken(String text, int start, int end) {
        if (text.startsWith("eyJ", start)) {
            return true; // the beginning of every JSON object in base64, so of every JWT
        }
        Texture word = Texture.of(text, start, end);
        int length = end - start;
        boolean mixed = word.digitChanges >= 4
                || (length >= 9 && word.digitChanges >= 3)
                || (length >= 16 && word.digitChanges >= 2)
                || hasShape(text, start, end, "99AA99999"); // a French passport
        return mixed || word.isJumpy() || word.isUnreadable();
    }

    /** The alphabet of base64url holds hyphen and underscore, which would cut a token into harmless pieces. */
    private static boolean isBase64Url(String text) {
        if (text.length() < 16) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isAlphanumeric(c) && c != '-' && c != '_') {
                return false;
            }
        }
        Texture whole = Texture.of(text, 0, text.length());
        return whole.lower
                && whole.upper
                && whole.humps
                && (whole.digitChanges >= 3 || whole.isJumpy() || whole.isUnreadable());
    }

    /** How letters and digits follow each other, counted inside words only: capitals that begin a word are ordinary. */
    private static final class Texture {

        private int pairs;
        private int changes; // between small letters, capitals and digits, but for the one behind a word's capital
        private int digitChanges;
        private int letters;
        private int rarePairs;
        private boolean lower;
        private boolean upper;
        private boolean digit;
        private boolean humps;

        static Texture of(String text, int start, int end) {
            Texture texture = new Texture();
            char before = '-';
            boolean capitals = false;
            for (int i = start; i < end; i++) {
                char c = text.charAt(i);
                texture.add(before, c, capitals);
                capitals = isUpper(before) && isUpper(c);
                before = c;
            }
            return texture;
        }

        private void add(char before, char c, boolean capitals) {
            lower |= isLower(c);
            upper |= isUpper(c);
            digit |= isDigit(c);
            letters += isLetter(c) ? 1 : 0;
            if (!isAlphanumeric(before) || !isAlphanumeric(c)) {
                return;
            }
            pairs++;
            if (isDigit(before) != isDigit(c)) {
                changes++;
                digitChanges++;
            } else if (isLower(before) && isUpper(c)) {
                changes++;
                humps = true;
            } else if (capitals && isLower(c)) {
                changes++;
            }
            rarePairs += isLetter(before) && isLetter(c) && !isCommonPair(before, c) ? 1 : 0;
        }

        /** {@code getElementById} changes three times in fourteen, random letters and digits every second time. */
        boolean isJumpy() {
            return lower && upper && digit && changes >= 3 && changes * 10 >= (pairs + 1) * 3;
        }

        boolean isUnreadable() {
            return letters >= 12
                    && ((humps || digit)
                            ? rarePairs >= 3 && rarePairs * 4 >= letters - 1
                            : rarePairs * 10 >= letters * 4);
        }
    }

    /** A long word of hexadecimal digits. */
    private static boolean isHash(String text, int start, int end) {
        int digits = 0;
        for (int i = start; i < end; i++) {
            if (!isHex(text.charAt(i))) {
                return false;
            }
            digits += isDigit(text.charAt(i)) ? 1 : 0;
        }
        return end - start >= 10 && digits >= 2;
    }

    /**
     * Takes out long numbers and hashes. When one stands apart at the side of readable words the words stay, because
     * {@code /news/some-title-8123456} without its title is every article; else the whole text goes.
     */
    private static String withoutIdentifiers(String text) {
        StringBuilder kept = new StringBuilder();
        int found = 0;
        int looseDigits = 0;
        boolean readable = false;
        boolean apart = true;
        int i = 0;
        while (i < text.length()) {
            int end = i;
            while (end < text.length() && isAlphanumeric(text.charAt(end))) {
                end++;
            }
            if (end == i) {
                char c = text.charAt(i++);
                kept.append(c);
                apart &= c == '-' || c == '_' || c == '.' || c == ' ' || c > 127;
                continue;
            }
            int digits = 0;
            int run = 0;
            boolean longNumber = false;
            for (int at = i; at <= end; at++) {
                if (at < end && isDigit(text.charAt(at))) {
                    digits++;
                    run++;
                } else {
                    longNumber |= run > LONGEST_NUMBER && !isCompactDate(text, at - run, run);
                    run = 0;
                }
            }
            boolean hash = digits < end - i && isHash(text, i, end);
            if (longNumber || hash) {
                found++;
                apart &= hash || digits == end - i;
                kept.append(REDACTED);
            } else {
                looseDigits += digits;
                readable |= digits == 0 && end - i >= 3;
                kept.append(text, i, end);
            }
            i = end;
        }
        if (found == 0) {
            return text;
        }
        return found == 1 && apart && readable && looseDigits <= 4 ? kept.toString() : REDACTED;
    }

    /** {@code yyyymm} or {@code yyyymmdd} of a year whose dates are kept. */
    private static boolean isCompactDate(String text, int start, int length) {
        return (length == 6 || length == 8)
                && isKeptYear(text.substring(start, start + 4))
                && isMonth(Integer.parseInt(text, start + 4, start + 6, 10))
                && (length == 6 || isDay(Integer.parseInt(text, start + 6, start + 8, 10)));
    }

    private static boolean isKeptYear(String group) {
        return group.length() == 4 && group.startsWith("20") && group.charAt(2) != '0';
    }

    private static boolean isMonth(int number) {
        return number >= 1 && number <= 12;
    }

    private static boolean isDay(int number) {
        return number >= 1 && number <= 31;
    }

    private static String firstWord(String text) {
        int end = 0;
        while (end < text.length() && isLetter(text.charAt(end))) {
            end++;
        }
        return text.substring(0, end).toLowerCase(Locale.ROOT);
    }

    /** A number, a handle with a digit, or a name whose parts are joined; {@code order-history} and a file are none of them. */
    private static boolean looksLikeSomebody(String text) {
        boolean joined = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isDigit(c)) {
                return true;
            }
            joined |= i > 0 && i + 1 < text.length() && (c == '.' || c == '+' || c == ' ');
        }
        return joined && !text.endsWith(".html") && !text.endsWith(".htm") && !text.endsWith(".php");
    }

    private static boolean hasDigitOrCapital(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isDigit(text.charAt(i)) || isUpper(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isCommonPair(char first, char second) {
        return COMMON_PAIRS[(first | 0x20) - 'a'].indexOf(second | 0x20) >= 0;
    }

    private static boolean allHex(String text, int start, int length) {
        for (int i = start; i < start + length; i++) {
            if (!isHex(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLower(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }

    private static boolean isLetter(char c) {
        return isLower(c) || isUpper(c);
    }

    private static boolean isAlphanumeric(char c) {
        return isLetter(c) || isDigit(c);
    }

    private static boolean isHex(char c) {
        return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
}
