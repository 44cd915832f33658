// What esbuild knows and TypeScript does not: a style sheet may be imported.
declare module "*.css";
