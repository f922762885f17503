package dev.lethe.journey;

import dev.lethe.TestLethe;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Everything that a Lethe's database holds, read as its owner: what it would tell somebody who stole all of it. Not thread-safe. */
public final class Tables {
    /** Partitions are read through their parent. */
    private static final String NAMES = """
        select format('%I.%I', n.nspname, c.relname)
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and not c.relispartition
        and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_toast%'
        order by 1
        """;

    private final TestLethe lethe;

    private Tables(TestLethe lethe) {
        this.lethe = lethe;
    }

    /** When the jobs that a node runs at its start have written what they write, so that nothing changes by itself any more. */
    static Tables of(TestLethe lethe) {
        await(() -> lethe.count("select count(last_success) from registry.job where job = 'retention'") == 1);
        return new Tables(lethe);
    }

    /** Looks again and again, for at most ten seconds. */
    public static void await(BooleanSupplier condition) {
        Instant until = Instant.now().plusSeconds(10);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(until)) {
                throw new AssertionError("it did not happen within ten seconds");
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    List<String> names() {
        return lethe.rows(NAMES);
    }

    /** For every table its number of rows and the hash of their content. */
    Map<String, String> fingerprints() {
        Map<String, String> fingerprints = new TreeMap<>();
        for (String name : names()) {
            fingerprints.put(
                    name,
                    lethe.rows("select count(*), md5(coalesce(string_agg(t::text, '\n' order by t::text), '')) from "
                                    + name + " t")
                            .getFirst());
        }
        return fingerprints;
    }

    /** Every row of every table as text, with the table's name before it. */
    String dump() {
        StringBuilder dump = new StringBuilder();
        for (String name : names()) {
            lethe.rows("select t::text from " + name + " t")
                    .forEach(row -> dump.append(name).append(' ').append(row).append('\n'));
        }
        return dump.toString();
    }
}
