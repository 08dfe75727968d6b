/* 😀 */ export const total: number = "é";
