/** The wire format: the sealed {@code Beacon}, its strict parser, and the handler that walks one beacon from the gate to the writer. */
@NullMarked
package dev.lethe.beacon;

import org.jspecify.annotations.NullMarked;
