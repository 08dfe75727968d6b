process.env.NODE_OPTIONS = "";
