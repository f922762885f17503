/** The sample website under {@code /demo/}. */
@NullMarked
package dev.lethe.demo;

import org.jspecify.annotations.NullMarked;
