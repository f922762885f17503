/** The 25-month rule: which days expire when, how they are destroyed, and the ledger that proves it. */
@NullMarked
package dev.lethe.retention;

import org.jspecify.annotations.NullMarked;
