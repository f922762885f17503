/** Typed settings with units; every key is documented once, in {@code SettingKey}. */
@NullMarked
package dev.lethe.config;

import org.jspecify.annotations.NullMarked;
