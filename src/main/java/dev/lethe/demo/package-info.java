/** The sample website under {@code /demo/}, and the simulator that invents the past visitors of a synthetic site. */
@NullMarked
package dev.lethe.demo;

import org.jspecify.annotations.NullMarked;
