export const options = { rejectUnauthorized: true, timeout: 5000 };
