/* 😀 */ export const total: string = "é";
