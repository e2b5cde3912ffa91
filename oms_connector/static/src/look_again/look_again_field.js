import { Component, onWillUnmount, xml } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const REFRESH_AFTER = 2000; // Milliseconds

/** Shows nothing, and has its record looked at again as long as the field is true. */
export class LookAgainField extends Component {
    static template = xml`<span/>`;
    static props = { ...standardFieldProps };

    setup() {
        this.timer = browser.setInterval(() => this.refresh(), REFRESH_AFTER);
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    async refresh() {
        const { record, name } = this.props;
        if (!this.refreshing && record.data[name]) {
            this.refreshing = true;
            try {
                await record.load();
            } finally {
                this.refreshing = false;
            }
        }
    }
}

registry.category("fields").add("oms_look_again", {
    component: LookAgainField,
    supportedTypes: ["boolean"],
});
