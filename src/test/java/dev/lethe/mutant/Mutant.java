package dev.lethe.mutant;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A fault: one file of the sources, a text that stands in it exactly once, what stands there instead, and the test that
 * must fail then. Immutable.
 */
enum Mutant {
    ACKNOWLEDGE_EARLY(
            "acknowledges before the commit is known",
            "java/dev/lethe/event/EventWriter.java",
            "        return request.outcome().future();",
            "        return Future.succeededFuture(new Stored());",
            "dev.lethe.event.EventWriterTest"),
    NO_DEDUPLICATION(
            "stores a repeated beacon again",
            "java/dev/lethe/event/EventRows.java",
            "r.received_at, r.day, r.pseudonym, r.beacon_id, r.type, r.channel,",
            "r.received_at, r.day, r.pseudonym, gen_random_uuid(), r.type, r.channel,",
            "dev.lethe.fault.R9DuplicatesTest"),
    FSYNC_OFF(
            "starts on a PostgreSQL with fsync off",
            "java/dev/lethe/database/Durability.java",
            "        requireOn(connection, \"fsync\", problems, \"after a power cut the database may be lost as a"
                    + " whole\");\n",
            "",
            "dev.lethe.fault.R6RefusesToStartWithoutDurabilityIT"),
    DURABILITY_NOT_ASKED(
            "starts without asking whether commits are durable",
            "java/dev/lethe/database/Database.java",
            "            Durability.check(owner);\n",
            "",
            "dev.lethe.fault.R6RefusesToStartWithoutDurabilityIT"),
    COOKIE_RENEWED(
            "issues the cookie anew at each visit",
            "java/dev/lethe/beacon/BeaconHandler.java",
            "VisitorToken seen = token.seenOn(day);",
            "VisitorToken seen = new VisitorToken(token.id(), day, Optional.of(day), token.noticeVersion(),"
                    + " token.consented(), token.receipt(), token.despiteSignal());",
            "dev.lethe.attack.P3CookieNeverProlongedTest"),
    MINUS_MONTHS(
            "subtracts 25 months from now instead of adding them to the day",
            "java/dev/lethe/retention/RetentionPolicy.java",
            "        return !now.isBefore(dropsAt(day));",
            "        return"
                + " !day.isAfter(now.plus(MARGIN).atOffset(EARLIEST).toLocalDate().plusDays(backupDays).minus(raw));",
            "dev.lethe.retention.P10GoneBefore25MonthsTest"),
    DERIVED_KEYS(
            "derives the month's key from site and month, so that it can be made again after its destruction",
            "java/dev/lethe/visitor/KeyRing.java",
            "                    random.nextBytes(key);",
            "                    new java.util.Random(31L * month.hashCode() +"
                    + " site.id().value().hashCode()).nextBytes(key);",
            "dev.lethe.visitor.KeyRingTest"),
    BODY_PARSED_BEFORE_CONSENT(
            "decodes the body of a beacon that the gate has refused",
            "java/dev/lethe/beacon/BeaconHandler.java",
            "            drop(request, DropReason.FOREIGN_ORIGIN);\n            return;\n        }\n",
            """
                        drop(request, DropReason.FOREIGN_ORIGIN);
                        return;
                    }
                    if (!request.headers().contains("X-Decoded")) {
                        Body.read(request, parts.bodyLimitBytes()).onSuccess(body -> {
                            if (BeaconParser.parse(body.getBytes(), site) instanceof Rejection wrong) {
                                reject(request, Problem.badField(wrong.field(), wrong.detail()));
                            } else {
                                request.headers().set("X-Decoded", "1");
                                decide(request, site);
                            }
                        });
                        return;
                    }
            """,
            "dev.lethe.attack.P1NothingWithoutConsentTest"),
    ADDRESS_LOGGED(
            "logs the visitor's address",
            "java/dev/lethe/beacon/BeaconHandler.java",
            "        Optional<String> country = parts.countries().country(from.address());",
            "        LOG.info(\"A beacon from {}\", from.address());\n"
                    + "        Optional<String> country = parts.countries().country(from.address());",
            "dev.lethe.journey.S14P2CanariesFoundNowhereTest"),
    DASHBOARDS_READ_RAW(
            "lets the dashboards' role read raw events",
            "resources/db/migration/V1__spine.sql",
            "grant select on raw.event to ${publisher};",
            "grant usage on schema raw to ${dashboards};\ngrant select on raw.event to ${publisher}, ${dashboards};",
            "dev.lethe.database.ReadersSeeNothingPersonalTest"),
    UNBOUNDED_QUEUE(
            "lets any number of rows wait",
            "java/dev/lethe/event/EventWriter.java",
            "if (waitingRows.addAndGet(events.size()) > mostWaitingRows) {",
            "if (waitingRows.addAndGet(events.size()) < 0) {",
            "dev.lethe.event.EventWriterTest"),
    NOISE_DRAWN_AGAIN(
            "draws a period's noise again when the database has forgotten it",
            "java/dev/lethe/statistics/Publisher.java",
            "if (!names.contains(name) && restore(journal.read(name))) {",
            "if (names.contains(name) && restore(journal.read(name))) {",
            "dev.lethe.statistics.P20AveragingTest"),
    NO_NOISE(
            "publishes exact counts",
            "java/dev/lethe/statistics/Publication.java",
            "noise.add(bounded.getOrDefault(cell, 0L), budget.variance(statistic));",
            "bounded.getOrDefault(cell, 0L);",
            "dev.lethe.statistics.PublisherTest"),
    SIGMA_FOR_VARIANCE(
            "publishes noise of variance σ in the place of σ²",
            "java/dev/lethe/statistics/Publication.java",
            "noise.add(bounded.getOrDefault(cell, 0L), budget.variance(statistic));",
            "noise.add(bounded.getOrDefault(cell, 0L),"
                    + " org.apache.commons.numbers.fraction.BigFraction.of(Math.round(sigma)));",
            "dev.lethe.statistics.PublishedNoiseTest"),
    ALWAYS_LIGHT(
            "publishes every site with the least noise, whatever its preset",
            "java/dev/lethe/statistics/Publisher.java",
            "Budget.of(due.preset(), measured.bounds());",
            "Budget.of(dev.lethe.site.Preset.LIGHT, measured.bounds());",
            "dev.lethe.statistics.PublishedNoiseTest"),
    CLAMP_BEFORE_SUM(
            "cuts published numbers off at zero, before they are summed",
            "java/dev/lethe/statistics/Publication.java",
            "noise.add(bounded.getOrDefault(cell, 0L), budget.variance(statistic));",
            "Math.max(0, noise.add(bounded.getOrDefault(cell, 0L), budget.variance(statistic)));",
            "dev.lethe.statistics.UnclampedNumbersTest"),
    PAGES_UNBOUNDED(
            "counts every page of a visitor's day",
            "resources/sql/statistics/pages.sql",
            "where place <= $4",
            "where place <= 1000 + $4",
            "dev.lethe.statistics.P16SensitivityTest"),
    PAGEVIEWS_UNBOUNDED(
            "counts every pageview of a visitor's day",
            "resources/sql/statistics/day.sql",
            "least(further_pageviews, $5)",
            "least(further_pageviews, 1000 + $5)",
            "dev.lethe.statistics.P16SensitivityTest");

    final String fault;
    final Path file;
    final String text;
    final String instead;
    final String test;

    Mutant(String fault, String file, String text, String instead, String test) {
        this.fault = fault;
        this.file = Path.of("src/main", file);
        this.text = text;
        this.instead = instead;
        this.test = test;
    }

    /**
     * The file with the fault in it.
     *
     * @throws IllegalStateException if the text does not stand in the file exactly once: the mutant has to be written anew
     */
    String source() {
        String source;
        try {
            source = Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int at = source.indexOf(text);
        if (at < 0 || source.indexOf(text, at + 1) >= 0) {
            throw new IllegalStateException(this + " does not apply: its text stands "
                    + (at < 0 ? "nowhere" : "more than once") + " in " + file);
        }
        return source.substring(0, at) + instead + source.substring(at + text.length());
    }
}
