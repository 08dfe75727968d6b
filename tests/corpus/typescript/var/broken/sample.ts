export var total = 1;
