import{a,b,c,d,e,f,g}from"./chunk-YOLNKPH2.js";import"./chunk-6JQMUANH.js";export{a as OF,b as agentName,g as exportRow,f as holdRow,e as privacyOf,c as renew,d as showPrivacy};
