export default {
  service: { build: { dockerfile: "Dockerfile" } },
};
