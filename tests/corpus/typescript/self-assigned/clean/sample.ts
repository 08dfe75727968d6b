let total = 1;
total += 1;
export { total };
