// <ParleySupport :base :token-url :renew :token :workspace :lang :theme :mode @unread />

import { defineComponent, h, onBeforeUnmount, onMounted, ref, watch } from "vue";
import { load, unread } from "./index.js";

export const ParleySupport = defineComponent({
  name: "ParleySupport",
  props: { base: { type: String, required: true }, token: String, renew: Function, tokenUrl: String, workspace: String, lang: String, theme: String, mode: String },
  emits: ["unread"],
  setup(props, { emit }) {
    const element = ref(null);
    const asks = () => props.renew();
    const vouch = () => load(props.base).then(() => (props.token || props.renew) && element.value?.vouch({ token: props.token, renew: props.renew ? asks : undefined }), () => null);
    let off = () => null;
    onMounted(() => {
      vouch();
      off = unread((count) => emit("unread", count), { base: props.base });
    });
    onBeforeUnmount(() => off());
    watch(() => [props.token, Boolean(props.renew)], vouch);
    return () => {
      const { base, tokenUrl, workspace, lang, theme, mode } = props;
      return h("parley-support", { ref: element, base, "token-url": tokenUrl, workspace, lang, theme, mode });
    };
  },
});
