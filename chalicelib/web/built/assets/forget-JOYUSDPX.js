import{a,b,c,d,e,f,g}from"./chunk-IN62RO3F.js";import"./chunk-6ERLF4TJ.js";export{a as OF,b as agentName,g as exportRow,f as holdRow,e as privacyOf,c as renew,d as showPrivacy};
