// A shop without admin pages or storefront: only its two APIs are wanted.
// Everything that differs from run to run comes by environment.
const { defineConfig } = require("@medusajs/framework/utils");

function required(name) {
    const value = process.env[name];
    if (!value) {
        throw new Error(`${name} must be set`);
    }
    return value;
}

module.exports = defineConfig({
    admin: { disable: true },
    projectConfig: {
        databaseUrl: required("DATABASE_URL"),
        databaseDriverOptions: { connection: { ssl: false } },
        http: {
            jwtSecret: required("SHOP_SIGNING_SECRET"),
            cookieSecret: required("SHOP_SIGNING_SECRET"),
            adminCors: "",
            authCors: "",
            storeCors: "",
        },
    },
});
