package dev.lethe.attack.address;

import java.math.BigInteger;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Numbers that states and banks give to people, with the check digits their formats have, in the notations people use.
 * Functions only, named after the number in its own country's words; everything in them is drawn at random.
 */
final class IdentityNumbers {

    private static final String DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";
    private static final String HETU_LETTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY";

    private IdentityNumbers() {}

    /** France, numéro de sécurité sociale: the key is 97 minus the rest; Corsica's 2A and 2B count as 19 and 18. */
    static String nir(Draw draw) {
        String[] born = draw.birthday();
        String department = draw.one("2A", "2B", "75", "13", "33", "59", "69", "99");
        String before = draw.between(1, 2) + born[3] + born[1];
        String after = draw.digits(6);
        String counted = switch (department) {
            case "2A" -> "19";
            case "2B" -> "18";
            default -> department;
        };
        String body = before + department + after;
        String nir = body + "%02d".formatted(97 - Long.parseLong(before + counted + after) % 97);
        return switch (draw.between(0, 4)) {
            case 0 -> grouped(nir, " ", 1, 2, 2, 2, 3, 3);
            case 1 -> grouped(nir, "-", 1, 2, 2, 2, 3, 3);
            case 2 -> grouped(nir, ".", 1, 2, 2, 2, 3, 3);
            case 3 -> body;
            default -> nir;
        };
    }

    /** France, SIREN (9 digits) or SIRET (14) of a sole trader: Luhn. */
    static String siret(Draw draw) {
        String siren = luhn(draw.number(8));
        String siret = luhn(siren + "000" + draw.digits(1));
        return draw.one(
                siren,
                siret,
                siret,
                grouped(siret, " ", 3, 3, 3),
                grouped(siren, " ", 3, 3),
                grouped(siren, ".", 3, 3));
    }

    /** France, numéro fiscal: 13 digits from 0 to 3, the last three the rest of 511. */
    static String numeroFiscal(Draw draw) {
        String body = draw.between(1, 3) + draw.digits(9);
        String number = body + "%03d".formatted(Long.parseLong(body) % 511);
        return draw.one(number, grouped(number, " ", 2, 2, 3, 3));
    }

    /** France, identity card: twelve digits until 2021, nine characters since. */
    static String frenchIdentityCard(Draw draw) {
        return draw.one(
                "%02d".formatted(draw.between(10, 21)) + "%02d".formatted(draw.between(1, 12)) + draw.digits(8),
                draw.one("X", "T", "D") + draw.digits(1) + draw.of("BCDFGHJKLMNPRTVWXYZ23456789", 5) + draw.digits(2));
    }

    /** Passports: France (12AB34567), Germany (C01X00T47), Italy (YA1234567), Spain (PAA123456), Netherlands (NX1234567). */
    static String passport(Draw draw) {
        String passport = draw.one(
                draw.digits(2) + draw.of(Draw.CAPITALS, 2) + draw.digits(5),
                "C" + draw.digits(1) + draw.of("CFGHJKLMNPRTVWXYZ", 1) + draw.digits(4)
                        + draw.of("CFGHJKLMNPRTVWXYZ", 1) + draw.digits(1),
                "Y" + draw.of("ABC", 1) + draw.digits(7),
                "P" + draw.of(Draw.CAPITALS, 2) + draw.digits(6),
                "N" + draw.of("PRX", 1) + draw.digits(7));
        return draw.one(passport, passport, passport.toLowerCase(Locale.ROOT));
    }

    /** Germany, Steuer-Identifikationsnummer: eleven digits, ISO 7064 mod 11,10. */
    static String steuerId(Draw draw) {
        String number = mod11And10(draw.number(10));
        return draw.one(number, grouped(number, " ", 2, 3, 3));
    }

    /** Spain, DNI and NIE: a letter of the rest of 23. */
    static String dni(Draw draw) {
        String first = draw.one("", "", "X", "Y", "Z");
        String digits = draw.digits(first.isEmpty() ? 8 : 7);
        int number = Integer.parseInt((first.isEmpty() ? "" : Integer.toString("XYZ".indexOf(first))) + digits);
        String letter = DNI_LETTERS.substring(number % 23, number % 23 + 1);
        String dni = first + digits + letter;
        return draw.one(dni, dni, first + digits + "-" + letter, dni.toLowerCase(Locale.ROOT));
    }

    /** Italy, codice fiscale: sixteen characters, the last a letter by odd and even places. */
    static String codiceFiscale(Draw draw) {
        String[] born = draw.birthday();
        String consonants = "BCDFGLMNPRSTVZ";
        String body = draw.of(consonants, 6)
                + born[3]
                + draw.of("ABCDEHLMPRST", 1)
                + born[2]
                + draw.of("ABCDEFGHIL", 1)
                + draw.digits(3);
        int[] odd = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
        int sum = 0;
        for (int i = 0; i < 15; i++) {
            char c = body.charAt(i);
            int value = Character.isDigit(c) ? c - '0' : c - 'A';
            sum += i % 2 == 0 ? odd[value] : value;
        }
        String code = body + (char) ('A' + sum % 26);
        return draw.one(code, code.toLowerCase(Locale.ROOT), grouped(code, " ", 3, 3, 5));
    }

    /** Netherlands, burgerservicenummer: nine digits, the weighted sum a multiple of 11. */
    static String bsn(Draw draw) {
        String number = until(draw, 9, digits -> weighted(digits, 9, 8, 7, 6, 5, 4, 3, 2, -1) % 11 == 0);
        return draw.one(number, number, grouped(number, ".", 4, 2), grouped(number, "-", 4, 2));
    }

    /** Poland, PESEL: eleven digits, weights 1, 3, 7, 9. */
    static String pesel(Draw draw) {
        String[] born = draw.birthday();
        String body = born[3] + born[1] + born[2] + draw.digits(4);
        return body + (10 - weighted(body, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3) % 10) % 10;
    }

    /** Belgium, rijksregisternummer: eleven digits, 97 minus the rest. */
    static String rijksregister(Draw draw) {
        String[] born = draw.birthday();
        String body = born[3] + born[1] + born[2] + draw.digits(3);
        String check = "%02d".formatted(97 - Long.parseLong(body) % 97);
        return draw.one(
                body + check,
                born[3] + "." + born[1] + "." + born[2] + "-" + body.substring(6) + "." + check,
                born[3] + "-" + born[1] + "-" + born[2] + "-" + body.substring(6) + "-" + check);
    }

    /** Sweden, personnummer: ten or twelve digits, Luhn over the last ten. */
    static String personnummer(Draw draw) {
        String[] born = draw.birthday();
        String ten = luhn(born[3] + born[1] + born[2] + draw.digits(3));
        String split = ten.substring(0, 6) + "-" + ten.substring(6);
        String century = born[0].substring(0, 2);
        return draw.one(ten, split, century + ten, century + split);
    }

    /** Denmark, CPR: day, month, year and four digits, no check digit since 2007. */
    static String cpr(Draw draw) {
        String[] born = draw.birthday();
        return born[2] + born[1] + born[3] + draw.one("-", "-", "") + draw.digits(4);
    }

    /** Finland, henkilötunnus: day, month, year, sign of the century, three digits, a character of the rest of 31. */
    static String hetu(Draw draw) {
        String[] born = draw.birthday();
        String day = born[2] + born[1] + born[3];
        String person = "%03d".formatted(draw.between(2, 899));
        int rest = (int) (Long.parseLong(day + person) % 31);
        String hetu = day + "-" + person + HETU_LETTERS.charAt(rest);
        return draw.one(hetu, hetu, hetu.toLowerCase(Locale.ROOT));
    }

    /** Portugal, NIF: nine digits, the last by weights 9 to 2. */
    static String nif(Draw draw) {
        String body = draw.between(1, 2) + draw.digits(7);
        int rest = weighted(body, 9, 8, 7, 6, 5, 4, 3, 2) % 11;
        String nif = body + (rest < 2 ? 0 : 11 - rest);
        return draw.one(nif, nif, grouped(nif, " ", 3, 3));
    }

    /** Austria, Sozialversicherungsnummer: ten digits, the fourth a check digit, then the day of birth. */
    static String svnr(Draw draw) {
        String[] born = draw.birthday();
        while (true) {
            String serial = draw.number(3);
            String day = born[2] + born[1] + born[3];
            int check = weighted(serial + day, 3, 7, 9, 5, 8, 4, 2, 1, 6) % 11;
            if (check < 10) {
                return draw.one(serial + check + day, serial + check + " " + day, serial + check + "-" + day);
            }
        }
    }

    /** Ireland, PPS number: seven digits and a letter of the rest of 23. */
    static String pps(Draw draw) {
        String body = draw.digits(7);
        int rest = weighted(body, 8, 7, 6, 5, 4, 3, 2) % 23;
        String pps = body + "WABCDEFGHIJKLMNOPQRSTUV".charAt(rest);
        return draw.one(pps, pps.toLowerCase(Locale.ROOT));
    }

    /** Czechia and Slovakia, rodné číslo: ten digits, a multiple of 11. */
    static String rodneCislo(Draw draw) {
        String[] born = draw.birthday();
        while (true) {
            String number = born[3] + born[1] + born[2] + draw.digits(4);
            if (Long.parseLong(number) % 11 == 0) {
                return draw.one(number, number.substring(0, 6) + "/" + number.substring(6));
            }
        }
    }

    /** Romania, CNP: thirteen digits by the constant 279146358279. */
    static String cnp(Draw draw) {
        String[] born = draw.birthday();
        String body = draw.between(1, 2)
                + born[3]
                + born[1]
                + born[2]
                + "%02d".formatted(draw.between(1, 46))
                + draw.digits(3);
        int check = weighted(body, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11;
        return body + (check == 10 ? 1 : check);
    }

    /** Bulgaria, EGN: ten digits, weights 2, 4, 8, 5, 10, 9, 7, 3, 6. */
    static String egn(Draw draw) {
        String[] born = draw.birthday();
        String body = born[3] + born[1] + born[2] + draw.digits(3);
        return body + weighted(body, 2, 4, 8, 5, 10, 9, 7, 3, 6) % 11 % 10;
    }

    /** Croatia, OIB: eleven digits, ISO 7064 mod 11,10. */
    static String oib(Draw draw) {
        return mod11And10(draw.digits(10));
    }

    /** Estonia and Lithuania, isikukood and asmens kodas: eleven digits with two rounds of weights. */
    static String isikukood(Draw draw) {
        String[] born = draw.birthday();
        String body = draw.between(3, 4) + born[3] + born[1] + born[2] + draw.digits(3);
        int check = weighted(body, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1) % 11;
        if (check == 10) {
            check = weighted(body, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3) % 11 % 10;
        }
        return body + check;
    }

    /** Latvia, personas kods: day of birth and five digits, or 32 and nine digits. */
    static String personasKods(Draw draw) {
        String[] born = draw.birthday();
        return draw.one(
                born[2] + born[1] + born[3] + "-1" + draw.digits(4), "32" + draw.digits(4) + "-" + draw.digits(5));
    }

    /** Hungary, TAJ szám: nine digits, weights 3 and 7. */
    static String taj(Draw draw) {
        String body = draw.digits(8);
        String taj = body + weighted(body, 3, 7, 3, 7, 3, 7, 3, 7) % 10;
        return draw.one(taj, grouped(taj, " ", 3, 3), grouped(taj, "-", 3, 3));
    }

    /** Slovenia, EMŠO: thirteen digits, weights 7 to 2 twice. */
    static String emso(Draw draw) {
        String[] born = draw.birthday();
        while (true) {
            String body = born[2] + born[1] + born[0].substring(1) + "50" + draw.digits(3);
            int rest = weighted(body, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11;
            if (rest != 1) {
                return body + (rest == 0 ? 0 : 11 - rest);
            }
        }
    }

    /** Greece, AMKA: day of birth, four digits, Luhn. */
    static String amka(Draw draw) {
        String[] born = draw.birthday();
        return luhn(born[2] + born[1] + born[3] + draw.digits(4));
    }

    /** United Kingdom, National Insurance number, from letters that are kept for no one's real number. */
    static String nino(Draw draw) {
        String nino = "QQ" + draw.digits(6) + draw.of("ABCD", 1);
        return draw.one(nino, grouped(nino, " ", 2, 2, 2, 2), nino.toLowerCase(Locale.ROOT));
    }

    /** VAT numbers that are a person's: the country's own tax number with two letters before it. */
    static String vatOfPerson(Draw draw) {
        String siren = luhn(draw.number(8));
        String vat = draw.one(
                "FR" + "%02d".formatted((12 + 3 * (Long.parseLong(siren) % 97)) % 97) + siren,
                "DE" + mod11And10(draw.number(8)),
                "ES" + plain(dni(draw)).toUpperCase(Locale.ROOT),
                "IT" + luhn(draw.digits(7) + "012"),
                "NL" + plain(bsn(draw)) + "B01",
                "ATU" + draw.digits(8),
                "BE0" + draw.number(9),
                "PL" + draw.number(10),
                "PT" + plain(nif(draw)));
        return draw.one(vat, vat, vat.substring(0, 2) + " " + vat.substring(2), vat.toLowerCase(Locale.ROOT));
    }

    /** Number plates: France since 2009 and before, Germany, Spain, Italy, Netherlands. */
    static String plate(Draw draw) {
        String letters = "ABCDEFGHJKLMNPQRSTVWXYZ";
        String french = draw.of(letters, 2) + "-" + draw.digits(3) + "-" + draw.of(letters, 2);
        return draw.one(
                french,
                french.replace("-", ""),
                french.toLowerCase(Locale.ROOT),
                draw.number(4) + " " + draw.of(letters, 2) + " " + draw.one("75", "69", "13"),
                draw.one("B", "M", "HH") + "-" + draw.of(letters, 2) + " " + draw.number(4),
                draw.digits(4) + " " + draw.of("BCDFGHJKL", 3),
                draw.of(letters, 2) + draw.digits(3) + draw.of(letters, 2),
                draw.of("GHJKL", 1) + "-" + draw.digits(3) + "-" + draw.of("BDFGH", 2));
    }

    /** IBAN: letters, check digits (97), and a national part as long and as lettered as the country's register entry. */
    static String iban(Draw draw) {
        String[] country = draw.one(
                        "FR n10 c11 n2",
                        "DE n18",
                        "ES n20",
                        "IT a1 n10 c12",
                        "NL a4 n10",
                        "BE n12",
                        "PT n21",
                        "AT n16",
                        "IE a4 n14",
                        "PL n24",
                        "SE n20",
                        "DK n14",
                        "FI n14",
                        "LU n3 c13",
                        "GR n7 c16",
                        "CZ n20",
                        "RO a4 c16",
                        "GB a4 n14",
                        "CH n5 c12",
                        "MT a4 n5 c18",
                        "EE n16",
                        "LT n16",
                        "LV a4 c13",
                        "HR n17",
                        "SI n15",
                        "SK n20",
                        "HU n24",
                        "BG a4 n6 c8",
                        "CY n8 c16",
                        "NO n11")
                .split(" ");
        StringBuilder national = new StringBuilder();
        for (int i = 1; i < country.length; i++) {
            int length = Integer.parseInt(country[i].substring(1));
            national.append(
                    switch (country[i].charAt(0)) {
                        case 'n' -> draw.digits(length);
                        case 'a' -> draw.of(Draw.CAPITALS, length);
                        default -> draw.of(Draw.DIGITS + Draw.DIGITS + Draw.CAPITALS, length);
                    });
        }
        StringBuilder figures = new StringBuilder();
        for (char c : (national + country[0] + "00").toCharArray()) {
            figures.append(Character.getNumericValue(c));
        }
        int check = 98
                - new BigInteger(figures.toString()).mod(BigInteger.valueOf(97)).intValue();
        String iban = country[0] + "%02d".formatted(check) + national;
        return switch (draw.between(0, 4)) {
            case 0 -> iban.replaceAll("(.{4})(?=.)", "$1 ");
            case 1 -> iban.replaceAll("(.{4})(?=.)", "$1-");
            case 2 -> iban.toLowerCase(Locale.ROOT);
            default -> iban;
        };
    }

    /** Payment cards: sixteen digits from ranges that banks' test environments use, Luhn. */
    static String card(Draw draw) {
        String pan = luhn(draw.one("400000", "555555", "510510") + draw.digits(9));
        return draw.one(pan, pan.replaceAll("(.{4})(?=.)", "$1 "), pan.replaceAll("(.{4})(?=.)", "$1-"));
    }

    /** Telephone of a device: IMEI, fifteen digits, Luhn. */
    static String imei(Draw draw) {
        return luhn("35" + draw.digits(12));
    }

    private static String plain(String number) {
        return number.replaceAll("[^A-Za-z0-9]", "");
    }

    static String grouped(String number, String separator, int... groups) {
        StringBuilder text = new StringBuilder();
        int at = 0;
        for (int group : groups) {
            text.append(number, at, at + group).append(separator);
            at += group;
        }
        return text.append(number.substring(at)).toString();
    }

    static String luhn(String body) {
        int sum = 0;
        for (int i = 0; i < body.length(); i++) {
            int digit = body.charAt(body.length() - 1 - i) - '0';
            int counted = i % 2 == 0 ? 2 * digit : digit;
            sum += counted > 9 ? counted - 9 : counted;
        }
        return body + (10 - sum % 10) % 10;
    }

    private static String mod11And10(String body) {
        int product = 10;
        for (char c : body.toCharArray()) {
            int sum = (c - '0' + product) % 10;
            product = 2 * (sum == 0 ? 10 : sum) % 11;
        }
        return body + (11 - product) % 10;
    }

    private static int weighted(String digits, int... weights) {
        int sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += (digits.charAt(i) - '0') * weights[i];
        }
        return sum;
    }

    private static String until(Draw draw, int length, Predicate<String> valid) {
        while (true) {
            String number = draw.number(length);
            if (valid.test(number)) {
                return number;
            }
        }
    }
}
