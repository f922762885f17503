/** Minimisation before anything is stored: user agent, referrer, address and URL become small closed values. */
@NullMarked
package dev.lethe.classify;

import org.jspecify.annotations.NullMarked;
