package dev.lethe.statistics;

import dev.lethe.site.Preset;
import dev.lethe.site.SiteId;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * What was published of one site and period, once and for ever: the content of {@code stats} for it, and of its file in the
 * journal. A value.
 *
 * @param begins the first instant that counts; later than the period's own when measuring began within it
 * @param ends the first instant that no longer counts
 * @param at when it was published
 * @param rows every published number, zeros and negative ones too
 */
record PublishedPeriod(
        Period period,
        Instant begins,
        Instant ends,
        String timeZone,
        Instant at,
        Preset preset,
        Bounds bounds,
        List<Row> rows) {

    PublishedPeriod {
        rows = List.copyOf(rows);
    }

    /** One published number with the standard deviation of its noise. */
    record Row(Cell cell, long noisy, double sigma) {}

    /** As gzipped JSON. */
    byte[] toBytes() {
        JsonArray numbers = new JsonArray();
        for (Row row : rows) {
            numbers.add(new JsonArray()
                    .add(row.cell().name())
                    .add(row.cell().key())
                    .add(row.cell().key2())
                    .add(row.noisy())
                    .add(row.sigma()));
        }
        JsonObject json = new JsonObject()
                .put("site", period.site().value())
                .put("grain", period.grain().label())
                .put("period", period.first().toString())
                .put("begins", begins.toString())
                .put("ends", ends.toString())
                .put("time_zone", timeZone)
                .put("at", at.toString())
                .put("preset", preset.label())
                .put("bounds", new JsonObject(bounds.toJson()))
                .put("rows", numbers);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(json.encode().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static PublishedPeriod ofBytes(byte[] bytes) {
        try (GZIPInputStream zip = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            JsonObject json = new JsonObject(new String(zip.readAllBytes(), StandardCharsets.UTF_8));
            List<Row> rows = json.getJsonArray("rows").stream()
                    .map(JsonArray.class::cast)
                    .map(row -> new Row(
                            new Cell(row.getString(0), row.getString(1), row.getString(2)),
                            row.getLong(3),
                            row.getDouble(4)))
                    .toList();
            return new PublishedPeriod(
                    new Period(
                            new SiteId(json.getString("site")),
                            Grain.ofLabel(json.getString("grain")),
                            LocalDate.parse(json.getString("period"))),
                    Instant.parse(json.getString("begins")),
                    Instant.parse(json.getString("ends")),
                    json.getString("time_zone"),
                    Instant.parse(json.getString("at")),
                    Preset.ofLabel(json.getString("preset")),
                    Bounds.parse(json.getJsonObject("bounds").encode()),
                    rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
