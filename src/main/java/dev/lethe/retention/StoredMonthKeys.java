package dev.lethe.retention;

import dev.lethe.config.KeyDirectory;
import dev.lethe.config.KeyEncryptionKey;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.YearMonth;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Month keys where they lie: wrapped in {@code keys.month}, and the key that unwraps them as {@code month-YYYY-MM.kek} in
 * {@code keys.dir}. Thread-safe; blocking, for virtual threads.
 */
public final class StoredMonthKeys implements MonthKeys {
    private final Pool retention;
    private final KeyDirectory files;
    private final Consumer<YearMonth> forget;

    /**
     * @param retention logs in as the retention role, which may delete keys and not make them
     * @param forget told of each destroyed month, so that this process keeps no copy in memory either
     */
    public StoredMonthKeys(Pool retention, KeyDirectory files, Consumer<YearMonth> forget) {
        this.retention = retention;
        this.files = files;
        this.forget = forget;
    }

    /** The name of the file that unwraps a month's keys. */
    public static String fileName(YearMonth month) {
        return KeyEncryptionKey.fileName(month);
    }

    @Override
    public SortedSet<YearMonth> held() {
        SortedSet<YearMonth> months = new TreeSet<>();
        for (Row row : retention
                .query("select distinct month from keys.month")
                .execute()
                .await()) {
            months.add(YearMonth.from(row.getLocalDate("month")));
        }
        for (String name : files.names()) {
            KeyEncryptionKey.monthOf(name).ifPresent(months::add);
        }
        return months;
    }

    /** Rows before the file: a crash in between leaves the file, which {@link #held} finds again. */
    @Override
    public void destroy(YearMonth month) {
        retention
                .preparedQuery("delete from keys.month where month = $1")
                .execute(Tuple.of(month.atDay(1)))
                .await();
        files.destroy(fileName(month));
        forget.accept(month);
    }
}
