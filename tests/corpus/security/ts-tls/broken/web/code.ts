export const options = { rejectUnauthorized: false, timeout: 5000 };
