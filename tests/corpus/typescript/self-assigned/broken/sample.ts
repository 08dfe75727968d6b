let total = 1;
total = total;
export { total };
