/**
 * Statistics that may be kept for ever. What is published of a day, week or month is counted exactly, bounded so that no browser
 * counts for much ({@link dev.lethe.statistics.Bounds}), and hidden in noise ({@link dev.lethe.statistics.Noise}) whose size
 * follows from a table ({@link dev.lethe.statistics.Statistic}) and a budget ({@link dev.lethe.statistics.Budget}). The
 * guarantee is zero-concentrated differential privacy of one browser's day.
 */
@NullMarked
package dev.lethe.statistics;

import org.jspecify.annotations.NullMarked;
