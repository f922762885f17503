/**
 * What {@code mvn -Pbench verify} measures: {@link dev.lethe.bench.Bench} runs the parts, {@link dev.lethe.bench.Findings} holds their
 * figures, and docs/performance.md gets them. Compiled by every build, run by none but that one.
 */
@NullMarked
package dev.lethe.bench;

import org.jspecify.annotations.NullMarked;
