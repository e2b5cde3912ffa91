import { onWillUnmount } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import {
    ProgressBarField,
    progressBarField,
} from "@web/views/fields/progress_bar/progress_bar_field";

const REFRESH_AFTER = 2000; // Milliseconds

/** A progress bar that looks again, as long as its record says that it is running. */
export class RunProgressField extends ProgressBarField {
    setup() {
        super.setup();
        this.timer = browser.setInterval(() => this.refresh(), REFRESH_AFTER);
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    async refresh() {
        if (!this.refreshing && this.props.record.data.state === "running") {
            this.refreshing = true;
            try {
                await this.props.record.load();
            } finally {
                this.refreshing = false;
            }
        }
    }
}

registry.category("fields").add("oms_run_progress", {
    ...progressBarField,
    component: RunProgressField,
});
