/** The embedded PostgreSQL, duty roles, migrations and connections. */
@NullMarked
package dev.lethe.database;

import org.jspecify.annotations.NullMarked;
