/** Where the one of two applications behind a gateway answers that is not the fallback. */
export const API = '/api';

/** Where a framework hosts the application that is measured. */
export const SHOP = '/shop';
