/**
 * Addresses of pages as they are met: 2,400 with something personal in them, 600 without, and half as many again of each
 * held out. They are made from what is published about the formats (identity numbers, IBAN, telephone plans, tokens of
 * well-known frameworks), not from what the scrubber knows. Nobody's data: names of {@code example}, telephone
 * numbers kept for fiction where a country keeps any, every other number drawn at random.
 */
@NullMarked
package dev.lethe.attack.address;

import org.jspecify.annotations.NullMarked;
