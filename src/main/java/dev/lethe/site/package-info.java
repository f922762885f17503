/** The websites that are measured, and which origins may speak for them. */
@NullMarked
package dev.lethe.site;

import org.jspecify.annotations.NullMarked;
