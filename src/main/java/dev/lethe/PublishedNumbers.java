package dev.lethe;

import dev.lethe.statistics.SiteReport.Headline;
import dev.lethe.statistics.SiteReports;
import dev.lethe.statistics.SiteReports.Answer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;

/** What the console shows of a site's published statistics. Thread-safe, one a console. */
final class PublishedNumbers {
    private final SiteReports reports;

    PublishedNumbers(SiteReports reports) {
        this.reports = reports;
    }

    /** The report of some days, and the different visitors of the last 7 and 28. */
    record Read(Answer answer, Optional<Headline> week, Optional<Headline> fourWeeks) {}

    /** Reports are read line after line, so on a thread of their own. Whatever happens there, the future is completed. */
    Future<Read> read(String site, int days) {
        Promise<Read> promise = Promise.promise();
        Thread.ofVirtual().name("console report").start(() -> {
            try {
                promise.complete(readNow(site, days));
            } catch (Throwable e) {
                // Not only what the signatures name: a future that is awaited throws its cause, such as a
                // ConnectException.
                promise.fail(e);
            }
        });
        return promise.future();
    }

    private Read readNow(String site, int days) {
        Answer answer = reports.readLast(site, days);
        if (!(answer instanceof Answer.Found(var report))) {
            return new Read(answer, Optional.empty(), Optional.empty());
        }
        return new Read(
                answer,
                days == 7 ? report.headline("visitors") : reports.visitors(site, 7),
                days == 28 ? report.headline("visitors") : reports.visitors(site, 28));
    }
}
