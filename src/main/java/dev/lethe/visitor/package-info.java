/** Pseudonyms and the month keys that make them; destroying a month's key makes its pseudonyms unlinkable. */
@NullMarked
package dev.lethe.visitor;

import org.jspecify.annotations.NullMarked;
