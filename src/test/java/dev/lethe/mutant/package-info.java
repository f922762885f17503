/**
 * Faults that Lethe must never have, put into a copy of its sources one at a time, to see that a test notices: {@code mvn
 * -Pmutants}. Each run writes {@code docs/mutants.md}.
 */
@NullMarked
package dev.lethe.mutant;

import org.jspecify.annotations.NullMarked;
