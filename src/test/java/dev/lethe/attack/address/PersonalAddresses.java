package dev.lethe.attack.address;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Addresses with something personal in them, by kind. Every kind has a value that is drawn and the shapes of addresses in
 * which it is met; the shapes are dealt out, two for the corpus that the scrubber was mended with, one for the part held
 * out, so that what is held out is not only other numbers in the same places.
 */
final class PersonalAddresses {

    private static final int EACH = 40;
    private static final int EACH_HELD_OUT = 20;

    /** What is drawn: as it is written in the address, and what of it must not come out again. */
    private record Value(String written, List<String> personal) {

        static Value of(String written) {
            return new Value(written, List.of(written));
        }
    }

    private record Kind(String name, Function<Draw, Value> value, List<String> shapes) {}

    private static final List<String> HOSTS = Draw.words("""
        https://www.example.com https://shop.example https://example.org https://espace.example.net
        http://app.example:8080\
        """);

    private static final List<String> FIRST_NAMES = Draw.words("""
        Jeanne Karim Amélie Giulia Søren Fatima Matthieu Zofia Hélène Andreas Ioana Marek Nathalie Oluwaseun
        Beatriz François\
        """);
    private static final List<String> LAST_NAMES = Draw.words("""
        Dupont Lefèvre Müller Kowalska Rossi Benali Nguyen O'Connor Fernández Lindqvist Papadopoulos Haddad
        Desrosiers Verhoeven Novakova Martinet\
        """);

    /** Where any value at all is met: no word of the address says what it is. */
    private static final List<String> ANYWHERE = Draw.words("""
        /espace-client/{}/recapitulatif /{} /shop/cart/{}/confirm /app/v2/{}?tab=1 /search/{} /form/step-2/{}/
        /en/contact/thanks/{} /print;ref={} /data/key={} /fr/merci/{}#top /export/{}.pdf /api/v1/lookup/{}
        /de/antrag/{}/status /a/b/c/{}/d /resume?x=1&y=2/{} /q={}&page=2 /landing//{} /ES/consulta/{}.html\
        """);

    private static final List<String> IN_WORDS = Draw.words("""
        /facture-{}-detail /download/recu_{}.pdf /dossier-{} /print/letter_{}_final.docx /doc/{}-v2 /f/scan_{}\
        """);

    private static final List<String> AS_TOKEN = Draw.words("""
        /reset-password/{} /auth/magic/{} /account/verify/{}/ok /fr/mot-de-passe/nouveau/{} /invitation/{}
        /unsubscribe/{} /confirm;token={} /login/callback/{}?lang=fr /s/{} /activate/key={}
        /newsletter/desabonnement/{} /share/{}/view /app/#/reset/{} /x/{} /sso/ticket/{}\
        """);

    private PersonalAddresses() {}

    static List<Address> make(long seed, boolean heldOut) {
        Draw draw = new Draw(seed);
        List<Address> addresses = new ArrayList<>();
        for (Kind kind : kinds()) {
            List<String> shapes = IntStream.range(0, kind.shapes.size())
                    .filter(i -> i % 3 == 2 == heldOut)
                    .mapToObj(kind.shapes::get)
                    .toList();
            for (int i = 0; i < (heldOut ? EACH_HELD_OUT : EACH); i++) {
                Value value = kind.value.apply(draw);
                String shape = shapes.get(i % shapes.size());
                addresses.add(new Address(kind.name, draw.one(HOSTS) + fill(shape, value.written), value.personal));
            }
        }
        return addresses;
    }

    /** {} the value with what no URL may hold encoded, {%} every sign of it encoded, {%%} twice, {%%%} three times. */
    private static String fill(String shape, String value) {
        String once = everySign(value);
        return shape.replace("{%%%}", once.replace("%", "%2525"))
                .replace("{%%}", once.replace("%", "%25"))
                .replace("{%}", once)
                .replace("{}", asBrowsersDo(value));
    }

    private static String asBrowsersDo(String value) {
        StringBuilder text = new StringBuilder();
        value.codePoints().forEach(c -> {
            String sign = Character.toString(c);
            text.append(
                    c > ' ' && c < 0x7f && "\"<>`{}|\\^%".indexOf(c) < 0
                            ? sign
                            : URLEncoder.encode(sign, StandardCharsets.UTF_8).replace("+", "%20"));
        });
        return text.toString();
    }

    /** What encodeURIComponent does, and the rest of the punctuation too. */
    private static String everySign(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace(".", "%2E")
                .replace("-", "%2D");
    }

    private static List<Kind> kinds() {
        List<Kind> kinds = new ArrayList<>();
        mail(kinds);
        names(kinds);
        tokens(kinds);
        identifiers(kinds);
        telephones(kinds);
        numbers(kinds);
        places(kinds);
        parameters(kinds);
        return kinds;
    }

    private static void mail(List<Kind> kinds) {
        Function<Draw, Value> mail = PersonalAddresses::mail;
        kinds.add(new Kind(
                "e-mail", mail, join(ANYWHERE, IN_WORDS, List.of("/unsubscribe/{}", "/users/{}/edit", "/mailto:{}"))));
        kinds.add(encoded("e-mail, percent", "{%}", mail));
        kinds.add(encoded("e-mail, percent twice", "{%%}", mail));
        kinds.add(encoded("e-mail, percent three times", "{%%%}", mail));
        kinds.add(new Kind(
                "e-mail, spelled out",
                draw -> {
                    Value value = mail(draw);
                    String at = draw.one("(at)", "[at]", " at ", "-at-", "_at_", "&#64;", "＠", "%40");
                    return new Value(
                            value.written.replace("@", at),
                            List.of(value.written.split("@")[0]));
                },
                ANYWHERE));
        kinds.add(new Kind(
                "e-mail, base64",
                draw -> {
                    byte[] bytes = mail(draw).written.getBytes(StandardCharsets.UTF_8);
                    return Value.of(draw.one(
                            Base64.getEncoder().encodeToString(bytes),
                            Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)));
                },
                AS_TOKEN));
        kinds.add(new Kind(
                "e-mail, hashed",
                draw -> Value.of(draw.of(Draw.HEX, draw.one(32, 40, 64))),
                join(ANYWHERE, List.of("/avatar/{}", "/h/{}.png"))));
        kinds.add(new Kind("e-mail as a campaign", mail, Draw.words("""
            /?utm_campaign={} /a?utm_source={%}&utm_medium=email /b?utm_medium={%%} /?x=1&utm_source={}
            /c?UTM_SOURCE={} /?utm_campaign=to-{}\
            """)));
    }

    private static void names(List<Kind> kinds) {
        Function<Draw, Value> slug = draw -> {
            String first = plain(draw.one(FIRST_NAMES));
            String last = plain(draw.one(LAST_NAMES));
            String name = draw.one(
                    first + "-" + last,
                    first + "." + last,
                    first + "_" + last,
                    last + "-" + first,
                    first + last,
                    first + "-" + last + "-" + draw.between(1, 99));
            return new Value(draw.one(name, name.toLowerCase(Locale.ROOT)), List.of(first, last));
        };
        kinds.add(new Kind("name of a profile", slug, Draw.words("""
            /users/{} /user/{}/settings /profile/{} /u/{} /members/{} /profil/{} /~{} /customers/{}/orders
            /people/{} /patients/{} /account/{} /membres/{}/ /fr/clients/{} /utilisateurs/{} /in/{}
            /student/{}/marks /employees/{} /benutzer/{} /en/profiles/{}/edit /candidates/{} /usuarios/{}\
            """)));
        kinds.add(new Kind(
                "handle",
                draw -> {
                    Value value = slug.apply(draw);
                    return new Value("@" + value.written, value.personal);
                },
                Draw.words("""
                    /{} /{}/posts/12 /{%} /social/{} /fr/{} /{%%} /web/{}/media\
                    """)));
        kinds.add(new Kind(
                "name as a parameter of the path",
                draw -> {
                    String name = draw.one(LAST_NAMES);
                    return new Value(name, List.of(plain(name)));
                },
                Draw.words("""
                    /search;lastname={} /search;firstname=Anna;surname={%} /nom/{}/prenom/Luc
                    /page&lastname={}&x=1 /contact/name={} /a;v=1;nom={}/b /form%3Fnom%3D{%%}%26page%3D2
                    /vorname/Max/nachname/{} /x;username={} /thanks%3Ffirst_name={%} /lastname={}/list
                    /y;cognome={}\
                    """)));
        kinds.add(new Kind(
                "day of birth",
                draw -> {
                    String[] born = draw.birthday();
                    return Value.of(draw.one(
                            born[0] + "-" + born[1] + "-" + born[2],
                            born[2] + "-" + born[1] + "-" + born[0],
                            born[2] + "." + born[1] + "." + born[0],
                            born[0] + born[1] + born[2]));
                },
                Draw.words("""
                    /birthdate/{} /quote;dob={} /naissance={} /date-de-naissance/{} /form;birthday={}/next
                    /geburtsdatum/{} /simulation?dob={} /x;date_of_birth={} /dob/{}\
                    """)));
    }

    private static void tokens(List<Kind> kinds) {
        kinds.add(new Kind(
                "token, base64", draw -> Value.of(draw.token(Draw.BASE64URL, draw.one(22, 32, 43, 64))), AS_TOKEN));
        kinds.add(new Kind(
                "token, letters and digits",
                draw -> Value.of(draw.token(Draw.BASE62, draw.one(16, 20, 24, 28, 40))),
                join(AS_TOKEN, ANYWHERE)));
        kinds.add(new Kind(
                "token, small letters and digits",
                draw -> Value.of(
                        draw.token(Draw.DIGITS + Draw.CAPITALS.toLowerCase(Locale.ROOT), draw.one(20, 25, 32))),
                AS_TOKEN));
        kinds.add(new Kind(
                "token, base32",
                draw -> Value.of(draw.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", draw.one(26, 32, 52))),
                AS_TOKEN));
        kinds.add(new Kind(
                "token, short", draw -> Value.of(draw.token(Draw.BASE62, draw.between(8, 12))), Draw.words("""
                    /reset-password/{} /invite/{} /verify/{} /auth/callback/{} /token={} /reset/{} /magic-link/{}
                    /token/{} /unsubscribe/{} /join;code={} /activation/{} /confirm/{}\
                    """)));
        kinds.add(new Kind(
                "session",
                draw -> Value.of(draw.one(
                        draw.of("0123456789ABCDEF", 32),
                        draw.of(Draw.HEX, 26),
                        draw.token(Draw.BASE62, 24),
                        draw.token(Draw.DIGITS + "abcdefghijklmnopqrstuv", 26))),
                Draw.words("""
                    /shop/cart.jsp;jsessionid={} /index.php;PHPSESSID={} /app/(S({}))/home.aspx /a;sid={}/b
                    /x;JSESSIONID={}.node1 /session/{} /s={}/p /store/cart.do;jsessionid={}?page=2 /sid/{}
                    /page%3Bjsessionid%3D{} /index.php?PHPSESSID={} /y;aspxauth={}\
                    """)));
        kinds.add(new Kind("JWT", PersonalAddresses::jwt, join(AS_TOKEN, ANYWHERE)));
        kinds.add(new Kind(
                "OAuth",
                draw -> Value.of(draw.one("ya29.", "4/0A", "EAA", "gho_", "")
                        + draw.token(Draw.BASE64URL, draw.between(40, 90))),
                Draw.words("""
                    /callback?code={}&state=xyz /callback#access_token={}&token_type=Bearer /oauth/{}
                    /cb;access_token={} /#id_token={} /authorize/code={} /callback/{} /signin-oidc#code={}
                    /oauth2/code/{}\
                    """)));
        kinds.add(new Kind(
                "key of an interface",
                draw -> Value.of(draw.one("sk_demo_", "pk_demo_", "key-", "SG.", "xoxe-", "AKEX", "glxx-", "npx_")
                        + draw.token(Draw.BASE62, draw.one(20, 24, 36))),
                join(List.of("/api/{}", "/hook/{}", "/v1/key={}"), AS_TOKEN)));
        kinds.add(new Kind("signed address", draw -> Value.of(draw.of(Draw.HEX, 64)), Draw.words("""
            /files/report.pdf?X-Amz-Signature={} /f;signature={} /sig/{}/report /report.pdf&sig={}
            /d?Signature={}&Expires=1 /hmac={}/x\
            """)));
    }

    private static void identifiers(List<Kind> kinds) {
        kinds.add(new Kind(
                "UUID", draw -> Value.of(uuid(draw)), join(ANYWHERE, IN_WORDS, List.of("/users/{}", "/user_{}/x"))));
        kinds.add(new Kind(
                "UUID, otherwise written",
                draw -> {
                    String uuid = uuid(draw);
                    return Value.of(draw.one(
                            uuid.replace("-", ""),
                            uuid.toUpperCase(Locale.ROOT),
                            "{" + uuid + "}",
                            "urn:uuid:" + uuid,
                            uuid.replace("-", "_")));
                },
                ANYWHERE));
        kinds.add(new Kind(
                "ULID",
                draw -> Value.of("01" + draw.of("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 24)),
                join(ANYWHERE, List.of("/orders/{}"))));
        kinds.add(new Kind("Mongo id", draw -> Value.of("6" + draw.of(Draw.HEX, 23)), join(ANYWHERE, IN_WORDS)));
        kinds.add(new Kind(
                "Nano ID and KSUID",
                draw -> Value.of(draw.one(draw.token(Draw.BASE64URL, 21), draw.token(Draw.BASE62, 27))),
                AS_TOKEN));
        kinds.add(new Kind(
                "id with a prefix",
                draw -> Value.of(draw.one("cus_", "usr_", "acct_", "user_", "sub_")
                        + draw.token(Draw.BASE62, draw.one(14, 16, 24))),
                ANYWHERE));
        kinds.add(new Kind("snowflake", draw -> Value.of(draw.number(draw.between(17, 19))), join(ANYWHERE, IN_WORDS)));
        kinds.add(new Kind(
                "customer number",
                draw -> Value.of(draw.one("", "", "C", "K-", "cust-") + draw.number(draw.between(5, 8))),
                Draw.words("""
                    /customers/{} /client/{}/factures /account/{} /kunden/{} /users/{}/ /espace/client;numero={}
                    /customer/{}/edit /member/{} /user/{} /fr/compte/{} /clients/{} /patient/{}
                    /my/account/{}/invoices /subscriber/{} /users/{}?tab=2 /adherent/{} /profile/{} /cliente/{}\
                    """)));
        kinds.add(new Kind(
                "order number",
                draw -> Value.of(draw.one("", "", "CMD-", "ORD-2024-", "SO", "#".substring(1))
                        + draw.number(draw.between(5, 9))),
                Draw.words("""
                    /orders/{} /order/{}/track /commande/{} /bestellung/{} /checkout/order-received/{}/
                    /mes-commandes/{} /commandes/{}/suivi /my-orders/{} /suivi/{} /order;number={} /pedidos/{}
                    /tracking/{} /invoice/{} /facture/{} /invoices/{}.pdf /booking/{} /reservation/{} /ticket/{}\
                    """)));
        kinds.add(new Kind(
                "parcel",
                draw -> Value.of(draw.one(
                        "1Z" + draw.of(Draw.CAPITALS + Draw.DIGITS, 6) + draw.number(10),
                        draw.number(12),
                        "6A" + draw.number(11),
                        draw.of("CLRV", 1) + draw.of(Draw.CAPITALS, 1) + draw.number(9) + "FR")),
                Draw.words("""
                    /track/{} /suivi-colis/{} /tracking;parcel={} /parcel/{} /sendung/{} /colis/{}/etat\
                    """)));
        kinds.add(new Kind(
                "identifier of an advertiser",
                draw -> Value.of(draw.one(
                        "GA1.2." + draw.number(9) + "." + draw.number(10),
                        "fb.1." + draw.number(13) + "." + draw.number(10),
                        uuid(draw).toUpperCase(Locale.ROOT),
                        "Cj0KCQ" + draw.token(Draw.BASE64URL, 60))),
                Draw.words("""
                    /l/{} /x;_ga={} /gclid={} /a?gclid={} /click/{} /c;fbclid={} /?fbclid={} /go/{}/x /r?_gl={}\
                    """)));
        kinds.add(new Kind(
                "something personal as a campaign",
                draw -> Value.of(draw.one(
                        uuid(draw),
                        draw.number(10),
                        draw.of(Draw.HEX, 32),
                        "336399800" + draw.digits(2),
                        draw.token(Draw.DIGITS + Draw.CAPITALS.toLowerCase(Locale.ROOT), 26))),
                Draw.words("""
                    /?utm_campaign={} /a?utm_source={} /?utm_medium=email&utm_campaign=user-{} /b?utm_medium={}
                    /?utm_source=n&utm_campaign=id_{} /?utm_campaign=c.{}\
                    """)));
        kinds.add(new Kind(
                "address of a device",
                draw -> Value.of(draw.one(
                        "203.0.113." + draw.between(1, 254),
                        "198.51.100." + draw.between(1, 254),
                        "2001:db8:" + draw.of(Draw.HEX, 4) + ":" + draw.of(Draw.HEX, 4) + "::" + draw.of(Draw.HEX, 4),
                        draw.of(Draw.HEX, 12).replaceAll("(..)(?=.)", "$1:"),
                        draw.of("0123456789ABCDEF", 12).replaceAll("(..)(?=.)", "$1-"),
                        IdentityNumbers.imei(draw))),
                join(ANYWHERE, List.of("/ip/{}", "/device/{}", "/whois/{}"))));
        kinds.add(new Kind(
                "vehicle (VIN)",
                draw -> Value.of(draw.one("VF1", "WVW", "ZFA", "VSS")
                        + draw.of("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", 6)
                        + draw.one("G", "H", "J", "K")
                        + draw.of("ABCDEF", 1)
                        + draw.number(6)),
                join(ANYWHERE, List.of("/vin/{}", "/vehicle/{}", "/chassis/{}"))));
    }

    private static void telephones(List<Kind> kinds) {
        List<String> shapes = join(ANYWHERE, Draw.words("""
            /tel:{} /tel/{} /callback/{} /phone={} /rappel;tel={} /sms:{}\
            """));
        kinds.add(new Kind("telephone, France", draw -> Value.of(french(draw, draw.one("", " ", ".", "-"))), shapes));
        kinds.add(new Kind(
                "telephone, France, from abroad",
                draw -> {
                    String national = french(draw, draw.one("", " ", ".", "-")).substring(1);
                    return new Value(
                            draw.one(
                                            "+33",
                                            "+33 ",
                                            "0033",
                                            "0033 ",
                                            "33",
                                            "+33(0)",
                                            "+33 (0)",
                                            "%2B33".replace("%2B", "+"))
                                    + national,
                            List.of(national));
                },
                shapes));
        kinds.add(new Kind(
                "telephone, France, other notations",
                draw -> {
                    String national = french(draw, draw.one("/", "_", "\u00a0", "\u202f", "–", "·", ",", "+"));
                    return Value.of(draw.one(national, "(" + national.substring(0, 2) + ")" + national.substring(2)));
                },
                Draw.words("""
                    /tel/{%} /callback/{%%} /appel;tel={%} /phone={%} /contact/{%} /mobile/{%}/ok /telephone/{%}
                    /rappel/{%} /gsm={%}\
                    """)));
        kinds.add(new Kind(
                "telephone, figures of other scripts",
                draw -> {
                    String number = french(draw, "");
                    int zero = draw.one((int) '０', 0x660, 0x6f0, 0x966);
                    StringBuilder text = new StringBuilder();
                    number.chars().forEach(c -> text.appendCodePoint(zero + c - '0'));
                    return Value.of(text.toString());
                },
                ANYWHERE));
        kinds.add(new Kind(
                "telephone, Europe",
                draw -> {
                    String[] number = draw.one(
                                    "49 30 23125 ###",
                                    "49 176 040690 ##",
                                    "44 20 7946 0###",
                                    "44 7700 900 ###",
                                    "46 70 174 06 ##",
                                    "32 470 00 0# ##",
                                    "34 600 00 0# ##",
                                    "39 06 0000 0###",
                                    "39 320 000 0###",
                                    "31 6 0000 0###",
                                    "41 79 000 0# ##",
                                    "43 660 000 0###",
                                    "351 910 000 ###",
                                    "48 500 000 ###",
                                    "353 85 000 0###",
                                    "358 45 000 0###",
                                    "45 20 00 0# ##",
                                    "47 400 00 ###",
                                    "420 600 000 ###",
                                    "40 720 000 ###",
                                    "30 690 000 0###",
                                    "36 20 000 0###",
                                    "352 621 000 ###")
                            .replace("#", "\u0000")
                            .split(" ");
                    String separator = draw.one("", " ", "-", ".");
                    String text = String.join(separator, number);
                    StringBuilder drawn = new StringBuilder(draw.one("+", "00"));
                    text.chars().forEach(c -> drawn.append(c == 0 ? draw.digits(1) : Character.toString(c)));
                    return Value.of(drawn.toString());
                },
                shapes));
        kinds.add(new Kind(
                "telephone, Europe, at home",
                draw -> Value.of(draw.one(
                        "030 23125" + draw.digits(3),
                        "030/23125" + draw.digits(3),
                        "0176-040690" + draw.digits(2),
                        "020 7946 0" + draw.digits(3),
                        "07700 900" + draw.digits(3),
                        "07700900" + draw.digits(3),
                        "070-174 06 " + draw.digits(2),
                        "0470/00.0" + draw.digits(1) + "." + draw.digits(2),
                        "06-0000" + draw.digits(4),
                        "600 00 0" + draw.digits(1) + " " + draw.digits(2),
                        "+49 (0)30 23125-" + draw.digits(3))),
                Draw.words("""
                    /tel/{} /phone={} /rueckruf/{} /telefon/{} /kontakt;telefon={} /callback/{} /telefono={}
                    /mobile/{} /handy/{}\
                    """)));
    }

    private static void numbers(List<Kind> kinds) {
        number(kinds, "France: NIR", IdentityNumbers::nir, "nir", "secu", "assure");
        number(
                kinds,
                "France: SIREN, SIRET of a sole trader",
                IdentityNumbers::siret,
                "siret",
                "siren",
                "entrepreneur");
        number(kinds, "France: numéro fiscal", IdentityNumbers::numeroFiscal, "numero-fiscal", "spi", "impots");
        number(kinds, "Germany: Steuer-ID", IdentityNumbers::steuerId, "steuer-id", "idnr", "steuernummer");
        number(kinds, "Spain: DNI, NIE", IdentityNumbers::dni, "dni", "nie", "documento");
        number(kinds, "Italy: codice fiscale", IdentityNumbers::codiceFiscale, "codice-fiscale", "cf", "contribuente");
        number(kinds, "Netherlands: BSN", IdentityNumbers::bsn, "bsn", "burgerservicenummer", "sofinummer");
        number(kinds, "Poland: PESEL", IdentityNumbers::pesel, "pesel", "obywatel", "pacjent");
        number(
                kinds,
                "Belgium: national number",
                IdentityNumbers::rijksregister,
                "rijksregisternummer",
                "niss",
                "registre-national");
        number(kinds, "Sweden: personnummer", IdentityNumbers::personnummer, "personnummer", "pnr", "person");
        number(kinds, "Denmark: CPR", IdentityNumbers::cpr, "cpr", "cpr-nummer", "borger");
        number(kinds, "Finland: henkilötunnus", IdentityNumbers::hetu, "hetu", "henkilotunnus", "asiakas");
        number(kinds, "Portugal: NIF", IdentityNumbers::nif, "nif", "contribuinte", "utente");
        number(kinds, "Austria: SVNR", IdentityNumbers::svnr, "svnr", "versicherte", "ecard");
        number(kinds, "Ireland: PPS", IdentityNumbers::pps, "pps", "ppsn", "pps-number");
        number(kinds, "Czechia, Slovakia: rodné číslo", IdentityNumbers::rodneCislo, "rodne-cislo", "rc", "pacient");
        number(kinds, "Romania: CNP", IdentityNumbers::cnp, "cnp", "cetatean", "asigurat");
        number(kinds, "Bulgaria: EGN", IdentityNumbers::egn, "egn", "lice", "pacient");
        number(kinds, "Croatia: OIB", IdentityNumbers::oib, "oib", "osoba", "gradanin");
        number(
                kinds,
                "Estonia, Lithuania: isikukood",
                IdentityNumbers::isikukood,
                "isikukood",
                "asmens-kodas",
                "klient");
        number(kinds, "Latvia: personas kods", IdentityNumbers::personasKods, "personas-kods", "pk", "persona");
        number(kinds, "Hungary: TAJ", IdentityNumbers::taj, "taj", "taj-szam", "beteg");
        number(kinds, "Slovenia: EMŠO", IdentityNumbers::emso, "emso", "oseba", "zavarovanec");
        number(kinds, "Greece: AMKA", IdentityNumbers::amka, "amka", "asfalismenos", "polites");
        number(kinds, "United Kingdom: NINO", IdentityNumbers::nino, "nino", "national-insurance", "ni-number");
        number(kinds, "VAT number of a person", IdentityNumbers::vatOfPerson, "vat", "tva", "ust-id");
        number(kinds, "IBAN", IdentityNumbers::iban, "iban", "rib", "bank");
        number(kinds, "payment card", IdentityNumbers::card, "card", "carte", "payment");
        // Nine characters and a plate alone are no more than a product's number: only a word before them tells.
        kinds.add(new Kind("passport", draw -> Value.of(IdentityNumbers.passport(draw)), Draw.words("""
            /passport/{} /passeport={} /reisepass/{} /check;passport={} /passport-number/{} /pasaporte/{}
            /passeport/{}/statut /passportno={} /passaporto/{}\
            """)));
        kinds.add(new Kind(
                "France: identity card", draw -> Value.of(IdentityNumbers.frenchIdentityCard(draw)), Draw.words("""
                    /cni/{} /carte-identite/{} /identity-card/{} /x;cni={} /carte-d-identite={} /id-card/{}
                    /titre-identite/{} /kyc/idcard={} /piece-identite/{}/scan\
                    """)));
        kinds.add(new Kind("number plate", draw -> Value.of(IdentityNumbers.plate(draw)), Draw.words("""
            /immatriculation/{} /plate={} /kennzeichen/{} /devis;plaque={} /license-plate/{} /matricula/{}
            /plaque/{}/controle /number-plate/{} /targa/{}\
            """)));
    }

    private static void number(List<Kind> kinds, String name, Function<Draw, String> number, String... words) {
        List<String> shapes = new ArrayList<>(ANYWHERE);
        for (String word : words) {
            shapes.add("/" + word + "/{}");
            shapes.add("/check;" + word + "={%}");
        }
        kinds.add(new Kind(name, draw -> Value.of(number.apply(draw)), shapes));
    }

    private static void places(List<Kind> kinds) {
        kinds.add(new Kind(
                "coordinates",
                draw -> {
                    String latitude = draw.between(36, 69) + "." + draw.number(draw.between(4, 7));
                    String longitude = draw.one("", "-") + draw.between(0, 29) + "." + draw.number(draw.between(4, 7));
                    return new Value(
                            latitude + draw.one(",", ", ", ";", "/", "_") + longitude, List.of(latitude, longitude));
                },
                Draw.words("""
                    /map/{} /@{},15z /near/{} /geo:{} /meteo/{}/demain /store-finder/{%} /carte/{}
                    /route/{}/to/home /map#15/{} /position={} /weather/{%%} /plan/{}/z12\
                    """)));
        kinds.add(new Kind(
                "coordinates, by name",
                draw -> {
                    String latitude = draw.between(36, 69) + "." + draw.number(draw.between(4, 7));
                    String longitude = draw.between(0, 29) + "." + draw.number(draw.between(4, 7));
                    return new Value(
                            draw.one("lat=%s;lon=%s", "lat=%s&lng=%s", "latitude/%s/longitude/%s", "lat/%s/lng/%s")
                                    .formatted(latitude, longitude),
                            List.of(latitude, longitude));
                },
                Draw.words("""
                    /map/{} /near;{} /shops/{} /x/{}/list /search&{} /meteo/{}\
                    """)));
        kinds.add(new Kind(
                "postal address",
                draw -> {
                    String street = draw.one(
                            "rue-des-lilas", "avenue-foch", "hauptstrasse", "via-roma", "calle-mayor", "kerkstraat");
                    return Value.of(draw.between(1, 180) + "-" + street + "-" + draw.between(10000, 95999) + "-"
                            + draw.one("lyon", "berlin", "brest", "liege"));
                },
                Draw.words("""
                    /adresse/{} /delivery;address={} /eligibilite/adresse={} /address/{} /fibre;adresse={}
                    /home-address/{} /lieferadresse/{} /street-address={} /indirizzo/{}\
                    """)));
    }

    private static void parameters(List<Kind> kinds) {
        List<String> names = Draw.words("""
            email mail e_mail name nom prenom firstname last_name fullName username user login userid uid
            customer_id phone tel mobile address adresse street dob birthdate ssn nir iban token access_token
            id_token code state session sid password pwd reset_token key api_key secret sig hash gclid fbclid
            msclkid _ga mc_eid utm_id utm_term utm_content q search query s company account patient orderid ip lat
            returnUrl\
            """);
        Function<Draw, Value> parameter = draw -> {
            String value = draw.one(
                    plain(draw.one(FIRST_NAMES)) + " " + plain(draw.one(LAST_NAMES)),
                    mail(draw).written,
                    french(draw, ""),
                    draw.token(Draw.BASE62, 24),
                    draw.number(7));
            return new Value(draw.one(names) + "=" + value, List.of(value));
        };
        List<String> pages = Draw.words("""
            /search /contact/thanks /fr/compte / /a/b /checkout/done.html /index.php /x /de/suche\
            """);
        kinds.add(new Kind(
                "parameter of the query",
                parameter,
                pages.stream().map(page -> page + "?{}").toList()));
        kinds.add(new Kind(
                "parameter of the fragment",
                parameter,
                pages.stream().map(page -> page + "#{}").toList()));
        kinds.add(new Kind(
                "query within the path, encoded",
                parameter,
                pages.stream().map(page -> page + "%3F{%}").toList()));
        kinds.add(new Kind("fragment of a router", parameter, Draw.words("""
            /app#/form?{} /#!/search/{} /x#/a/{} /app%23/form?{} /y#!{} /index.html#/{}\
            """)));
        kinds.add(new Kind(
                "user information",
                draw -> {
                    String last = plain(draw.one(LAST_NAMES));
                    return new Value(last + ":" + draw.token(Draw.BASE62, 10), List.of(last));
                },
                Draw.words("""
                    /redirect/https://{}@example.org/ /go/ftp://{}@example.org/x
                    /out/https%3A%2F%2F{%}%40example.org /r?u=https://{}@example.org/ //{}@example.org/
                    /proxy/http://{}@example.net/p\
                    """)));
    }

    private static Value mail(Draw draw) {
        String first = plain(draw.one(FIRST_NAMES)).toLowerCase(Locale.ROOT);
        String last = plain(draw.one(LAST_NAMES)).toLowerCase(Locale.ROOT);
        String local = draw.one(
                first + "." + last,
                first + "_" + last,
                last + draw.between(10, 99),
                first + "." + last + "+shop",
                first + "-" + last,
                first.charAt(0) + last);
        return new Value(
                local + "@" + draw.one("example.com", "mail.example.org", "example.net", "posteo.example"),
                List.of(local));
    }

    private static Value jwt(Draw draw) {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String payload = "{\"sub\":\"" + draw.number(8) + "\",\"name\":\"" + plain(draw.one(FIRST_NAMES)) + "\"}";
        String body = base64.encodeToString(payload.getBytes(StandardCharsets.UTF_8));
        return new Value("eyJhbGciOiJIUzI1NiJ9." + body + "." + draw.token(Draw.BASE64URL, 43), List.of(body));
    }

    private static String uuid(Draw draw) {
        return IdentityNumbers.grouped(
                draw.of(Draw.HEX, 12) + "4" + draw.of(Draw.HEX, 3) + draw.of("89ab", 1) + draw.of(Draw.HEX, 15),
                "-",
                8,
                4,
                4,
                4);
    }

    /** Numbers that ARCEP keeps for films and books: 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49, 06 39 98. */
    private static String french(Draw draw, String separator) {
        return IdentityNumbers.grouped(
                draw.one("019900", "026191", "035301", "046571", "053649", "063998") + draw.digits(4),
                separator,
                2,
                2,
                2,
                2);
    }

    private static String plain(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFD).replace("ø", "o").replaceAll("[^A-Za-z]", "");
    }

    private static Kind encoded(String name, String place, Function<Draw, Value> value) {
        return new Kind(
                name,
                value,
                ANYWHERE.stream().map(shape -> shape.replace("{}", place)).toList());
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // the lists are only read
    private static List<String> join(List<String>... lists) {
        return Stream.of(lists).flatMap(List::stream).toList();
    }
}
