/** The raw event, the writer that commits events in groups, and the daily partitions they live in. */
@NullMarked
package dev.lethe.event;

import org.jspecify.annotations.NullMarked;
