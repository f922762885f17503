package dev.lethe.retention;

import java.time.YearMonth;
import java.util.SortedSet;

/** The keys that make the pseudonyms of whole months. Blocking; called on virtual threads only. */
public interface MonthKeys {
    /** The months of which anything is left: a wrapped key, or the key that unwraps it. */
    SortedSet<YearMonth> held();

    /** Destroys all keys of a month for good: first the wrapped ones, then what unwraps them. Nothing happens when they are gone. */
    void destroy(YearMonth month);
}
