/** The public and the admin route table: after {@code Main} and {@code Collector} the third page a newcomer reads. */
@NullMarked
package dev.lethe.routes;

import org.jspecify.annotations.NullMarked;
