/** 128 random bits in base64url (22 characters); a beacon keeps its id through every retry. */
export const beaconId = (): string =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))
    .replace(/[+/]/g, (letter) => (letter > '+' ? '_' : '-'))
    .slice(0, 22);
