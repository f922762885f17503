/** Meters, each name once, and health. Any room may use it. */
@NullMarked
package dev.lethe.ops;

import org.jspecify.annotations.NullMarked;
