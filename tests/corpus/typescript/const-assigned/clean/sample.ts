let total: number = 1;
total = 2;
export { total };
