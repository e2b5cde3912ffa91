import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { ViewButton } from "@web/views/view_button/view_button";

/** A button that says what it does: the way out of a hold. */
export class WayOutField extends Component {
    static template = "oms_connector.WayOutField";
    static components = { ViewButton };
    static props = { ...standardFieldProps, method: { type: String } };

    get label() {
        return this.props.record.data[this.props.name];
    }

    get clickParams() {
        return { type: "object", name: this.props.method };
    }
}

registry.category("fields").add("oms_way_out", {
    component: WayOutField,
    displayName: _t("Way out"),
    supportedTypes: ["char"],
    extractProps: ({ options }) => ({ method: options.method || "action_resolve" }),
});
