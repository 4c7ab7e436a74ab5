import{a,b,c,d,e,f,g}from"./chunk-CGNKF2GK.js";import"./chunk-5HZPDYWJ.js";export{a as OF,b as agentName,g as exportRow,f as holdRow,e as privacyOf,c as renew,d as showPrivacy};
