/** Answers, problems, limits, client address and cross-origin rules: what every handler shares. */
@NullMarked
package dev.lethe.http;

import org.jspecify.annotations.NullMarked;
