/** What a visitor may do with her data: object, withdraw, see, erase. Implements {@link dev.lethe.consent.Erasure}. */
@NullMarked
package dev.lethe.rights;

import org.jspecify.annotations.NullMarked;
