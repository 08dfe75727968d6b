export const total = ;
