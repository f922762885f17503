/**
 * Lethe counts visits and forgets visitors. Read {@link dev.lethe.Main}, then {@code Collector}, then {@code routes}: after these
 * three pages the rest is where its name says.
 */
@NullMarked
package dev.lethe;

import org.jspecify.annotations.NullMarked;
