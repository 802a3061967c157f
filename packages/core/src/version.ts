/** Version of this package; a test compares it with package.json. */
export const coreVersion = '0.1.0';
