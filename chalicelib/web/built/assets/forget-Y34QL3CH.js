import{a,b,c,d,e,f,g}from"./chunk-XQ2NH6UA.js";import"./chunk-52IEQ3NJ.js";export{a as OF,b as agentName,g as exportRow,f as holdRow,e as privacyOf,c as renew,d as showPrivacy};
