/** The gate. Consent is a signed token in the visitor's cookie: no consent, no token; no token, no beacon. */
@NullMarked
package dev.lethe.consent;

import org.jspecify.annotations.NullMarked;
